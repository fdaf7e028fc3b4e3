"""Settings, read once from the environment (and `.env`)."""

from __future__ import annotations

import getpass
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything that can be set from outside; every name starts with SHIPDESK_."""

    model_config = SettingsConfigDict(env_prefix="SHIPDESK_", env_file=ROOT / ".env", extra="ignore")

    data: Path = ROOT / "data" / "local"  #: Folder of database, labels and exports.
    platform_url: str = ""  #: Empty: the sandbox on this machine. The path tells which gateway.
    app_key: str = ""
    app_secret: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    sign_method: str = ""  #: Empty: the usual one of the gateway.
    callback_url: str = ""  #: Where a seller's browser lands after authorising; as registered for the app.
    operator: str = Field(default_factory=getpass.getuser)  #: Who acts when nobody said so.
    language: str = "en"  #: Default language of texts: en or zh_CN.
    settle_seconds: int | None = None  #: How long a created order may stay invisible; 10 sandbox, 300 live.
    threads: int = 16  #: Requests on the wire at once.
    sync_minutes: int = Field(default=10, ge=0)  #: How often the dashboard syncs by itself; 0: never.
    publish: str = ""  #: Folder or fsspec URL (s3://…) of published data; empty: below the data folder.
    publish_minutes: int = Field(default=60, ge=0)  #: How often facts are published by themselves; 0: never.

    #: So many parcels a minute the dashboard asks news of by itself at most; 0: of none.
    tracking_per_minute: int = Field(default=300, ge=0)

    @property
    def sandbox(self) -> bool:
        """True while no live platform is named."""
        return not self.platform_url

    @property
    def database_path(self) -> Path:
        return self.data / "shipdesk.duckdb"

    @property
    def tokens_folder(self) -> Path:
        """Token files, outside the database and readable by their owner alone."""
        return self.data / "tokens"

    @property
    def labels_folder(self) -> Path:
        return self.data / "labels"

    @property
    def published_url(self) -> str:
        """Where published data goes."""
        return self.publish or str(self.data / "published")

    @property
    def reference(self) -> Path:
        """Plans, rate cards and other reference tables that come with the program."""
        return ROOT / "data" / "reference"

    @property
    def samples(self) -> Path:
        return ROOT / "data" / "samples"

    @property
    def sync_late(self) -> timedelta:
        """Orders that were synced longer ago than this are older than they should be."""
        return timedelta(minutes=2 * self.sync_minutes + 5) if self.sync_minutes else timedelta(hours=24)

    @property
    def settle(self) -> int:
        """Seconds to wait before a missing logistics order is believed missing."""
        if self.settle_seconds is not None:
            return self.settle_seconds
        return 10 if self.sandbox else 300
