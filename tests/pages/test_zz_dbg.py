from tests.pages.conftest import *
from tests.pages.conftest import text_of
from tests.conftest import *
from lib.services import batches
def test_x(open_page, desk):
    m=batches.create(desk.app, desk.order_ids(), by="t")
    page=open_page(desk.app,"plans",batch=m.batch_id)
    page.button(key="plans_policy_cheapest").click().run()
    print([ (e.type,e.value) for e in page.success]); print(page.main); pass
    print(dir(page.get("page_link")[0]), page.get("page_link")[0].proto)
    assert 0
