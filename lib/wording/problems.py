"""What an operator asked for that cannot be done: which thing, what was expected, what to do."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later
from lib.wording import rates
from lib.wording.columns import column_label
from lib.wording.findings import finding_label
from lib.wording.labels import state_label

#: The code of a Problem → its sentence; what stands in braces are the Problem's arguments.
PROBLEMS = {
    "parcels_unknown": later(
        "No parcel on the platform is known as {shipments}. Check the number; drafts have no outcome yet."
    ),
    "too_many_complaints": later(
        "A parcel allows {most} complaints, and they are used up for {shipments}. Nothing was kept: leave these out."
    ),
    "complaint_unknown": later(
        "That complaint is answered already, or not known here. Look at the list again."
    ),
    "restocked_negative": later("What goes back to the shelf is worth nothing or more. Write 0 for nothing."),
    "received_later": later("A parcel cannot have come back in the future. Choose today or an earlier day."),
    "days_out_of_range": later("Write {least} to {most} days."),
    "days_unknown": later("No number of days is called {name}. The list names those there are."),
    "code_unknown": later(
        "No event came with the code {tracking_code} yet. Look at the list of unknown codes."
    ),
    "meaning_unknown": later("{meaning} is no meaning a code can have. There are: {meanings}."),
    "order_unknown": later(
        "Order {order_id} is not known here. Check the number, or load the export that has it."
    ),
    "hold_needs_reason": later("A hold needs a reason. Write why these orders wait, then hold them."),
    "hold_in_the_past": later("The hold would end in the past. Choose a later day, or none."),
    "country_fixed": later(
        "The country stays {country}: plan, fee and customs papers depend on it. For another country, ask the "
        "buyer to order again."
    ),
    "view_name": later("A saved view needs a name of at most {most} characters. Write one, then save."),
    "publishing_failed": later(
        "Nothing was published to {url}: {why}. What was published before stands. Set SHIPDESK_PUBLISH to a folder "
        "that can be written, then publish again."
    ),
    "rate_not_positive": later("An exchange rate is more than nothing. Give what one unit is worth in CNY."),
    "lighter_out_of_bounds": later("Packaging can be 0 to {most} g lighter. Give whole grams."),
    "chosen_gone": later("What was ticked stands there no more, and nothing was done: {names}."),
    "nothing_chosen": later("Nothing is chosen that this could be done with. Tick rows first."),
    "too_many_rows": later(
        "A sheet holds {most} rows, and these are {count}. Take CSV or Parquet, or narrow the view."
    ),
    "filter_needs_name": later("A saved filter needs a name. Write one, then save."),
    "batch_unknown": later("Batch {batch_id} is not known here. Open the list of batches and choose one."),
    "batch_submitted": later(
        "Batch {batch_id} is submitted already and cannot be given up. Take out what is not sent yet, or void "
        "single parcels."
    ),
    "weight_not_positive": later("A parcel weighs at least 1 g. Give the weight in whole grams."),
    "weight_out_of_bounds": later(
        "{number} cannot weigh {weight_g} g: a parcel weighs 1 to {most} g. Nothing was changed; weigh it again."
    ),
    "weights_unreadable": later(
        "{file}, row {row}: '{value}' is no weight. Expected are a number of the parcel and whole grams. Nothing was "
        "changed; mend the row and read the file again."
    ),
    "weights_differ": later(
        "{file}, row {row}: {number} weighs {second_g} g here and {first_g} g further up. Nothing was changed; leave "
        "one row of that number and read the file again."
    ),
    "rule_reversed": later(
        "From {least} to {most} is no span: both need one currency, and the first must not be more. "
        "Nothing was saved."
    ),
    "rule_country_unknown": later(
        "{countries} is no country code. Countries are two letters each, as DE for Germany or RU for Russia. "
        "Nothing was saved."
    ),
    "split_not_advised": later(
        "Shipment {shipment_id} is not to be split any more: it left the draft, or one parcel costs no more now."
    ),
    "rule_unknown": later("There is no rule {rule_id} now. Look at the list again."),
    "choices_changed": later(
        "The choices changed meanwhile: {seen} shipments differed from the buyers' choice when you looked, now "
        "{now} do. Nothing was confirmed. Look again, then confirm."
    ),
    "not_in_coverage": later(
        "Nobody collects {plan} parcels at this sender address. Choose self-post, self-send, or apply for pickup."
    ),
    "pickup_not_agreed": later(
        "A pickup for {plan} outside coverage must be agreed with the warehouse first, or it may refuse the "
        "parcels. Talk to the warehouse, then tick that it agreed."
    ),
    "pickup_contact_missing": later(
        "A pickup for {plan} outside coverage needs a contact: the person at the warehouse it was agreed with. Write "
        "a name, and the phone number beside it."
    ),
    "pickup_phone": later(
        "“{phone}” is no phone number at which the warehouse's contact for {plan} can be called. Write a Chinese "
        "number as 0755-8888 1234 or 138 0013 8000, another one with its +."
    ),
    "plan_not_in_batch": later(
        "No parcel of batch {batch_id} goes on {plan}. `batch prepare` lists its plans."
    ),
    "address_unknown": later(
        "Address {address_id} is none of the seller's sender addresses. Refresh the addresses and choose one."
    ),
    "refund_unknown": later(
        "Address {address_id} is none of the seller's refund addresses. Refresh the addresses and choose one."
    ),
    "courier_number": later(
        "A domestic tracking number has 1 to 32 characters, this one has {length}. Check the number on the "
        "courier's receipt."
    ),
    "no_sender": later(
        "The platform has no sender address for this shop. Add one in the seller's back office, then refresh the "
        "addresses."
    ),
    "shipment_unknown": later(
        "{number} names no shipment here. Check the number: a tracking, LP, logistics order, order or shipment "
        "number is understood."
    ),
    "agreement_missing": later(
        "The agreement {agreement} is not accepted. Accept it to submit the shipments."
    ),
    "submitted_already": later(
        "Batch {batch_id} was submitted already, by {who}. Nothing was changed, and nothing is sent twice."
    ),
    "nothing_to_send": later("Batch {batch_id} has no shipments to send. Put orders into it first."),
    "plan_missing": later(
        "{count} shipments have no plan. Choose one for them, or take them out of the batch, then submit."
    ),
    "confirmation_missing": later(
        "{count} shipments go on another plan than the buyer chose, and nobody confirmed it. Look at them and "
        "confirm, then submit."
    ),
    "undeliverable_missing": later(
        "Nobody decided what becomes of undeliverable parcels. Choose return or destroy, then submit."
    ),
    "handover_missing": later(
        "It is not decided how the parcels reach the warehouse. Choose a sender address and a hand-over mode for "
        "every plan, then submit."
    ),
    "plan_not_offered": later(
        "The platform does not offer {plans} for these orders now. Choose another plan for them, then submit."
    ),
    "refund_missing": later(
        "Parcels that come back need a refund address, and the platform has none. Add one in the seller's back "
        "office and refresh the addresses, or choose destroy."
    ),
    "no_labels": later(
        "Batch {batch_id} has no labels yet. They come with the tracking numbers, after sending."
    ),
    "labels_missing": later(
        "The label files of {shipments} are gone from the data folder. Put them back from a copy, then print."
    ),
    "cannot_split": later(
        "{number} cannot be split: it is “{state}”. Only drafts can; void it and begin again if it must be."
    ),
    "split_quantity": later(
        "Of line {line} this parcel holds {most}, {quantity} were asked for. Nothing was changed; choose fewer."
    ),
    "split_nothing": later(
        "Both parcels need something: choose at least one piece for the new one, and leave at least one in {number}."
    ),
    "advised_by_batch": later(
        "Only a whole batch goes by the advice. For a plan or a parcel choose return or destroy."
    ),
    "assumption_out_of_range": later("{name} must be from {least} to {most}."),
    "no_return_offered": later("{plan} offers no return: its undeliverable parcels are destroyed."),
    "notice_order_status": later(
        "Order {order_id} does not await shipment: nothing can be declared for it. Sync the orders."
    ),
    "carrier_unknown": later(
        "{service} is no carrier the platform takes. Choose one of the list, or “other”."
    ),
    "number_pattern": later("{number} is no number of {carrier}. Check it on the receipt."),
    "notice_quantity": later("Of line {line} {most} are left to ship, not {quantity}. Nothing was told."),
    "notice_under_way": later(
        "Something told of order {order_id} was not answered yet. It is read back first; try again in a moment."
    ),
    "parcels_under_way": later(
        "Parcels of order {order_id} are made here and not declared yet. Declare or void them first."
    ),
    "nothing_declared": later(
        "Nothing of order {order_id} is declared on the platform, so there is nothing to finish."
    ),
    "number_not_declared": later("{number} is not declared for order {order_id}. Look at what was declared."),
    "notice_order_number": later("“{order_id}” is no order number. Put it into the first column, in digits."),
    "notice_not_told": later(
        "The platform could not be asked, so this row was not told. Load the rows that were not told later."
    ),
    "notice_how": later("“{how}” is neither all nor part."),
    "notice_nothing": later(
        "A part needs its pieces: say how many of which line go out. Nothing was told; else all would be shipped "
        "once more."
    ),
    "notice_pieces": later("“{pieces}” is no number of pieces. Write it in digits, 1 or more."),
    "notice_item": later(
        "“{item}” is no line and no SKU of this order. Write the line's number or the SKU beside the pieces."
    ),
    "notice_all_pieces": later(
        "This row has pieces but does not say that a part goes out. Write part, or leave the pieces empty."
    ),
    "preset_unknown": later("There is no preset “{name}”. Look at the list."),
    "preset_needs_name": later("A preset needs a name. Write one, then save."),
    "label_broken": later(
        "A label file cannot be read any more ({why}). Put it back from a copy, or void the parcel and send it anew."
    ),
    "run_unknown": later("There is no print run {run}. Look at the list of runs."),
    "pages_unknown": later(
        "Run {run} has no label to print on pages {first} to {last}. Look at the list of runs; what was voided or "
        "stopped is not printed again."
    ),
    "all_stopped": later(
        "All {count} parcels are on the stop list. Void them, or let single ones go with a reason."
    ),
    "release_needs_reason": later(
        "A parcel on the stop list leaves only with a reason. Write why it may go, then let it go."
    ),
    "not_stopped": later("None of these parcels is on the stop list any more. Look at the list again."),
    "not_in_batch": later(
        "{numbers}: no parcel of batch {batch_id} that this can be done with. Check the numbers. Nothing was done."
    ),
    "all_left_out": later(
        "Nothing of batch {batch_id} remains when these parcels are left out. Nothing was done."
    ),
    "nothing_refused": later("Batch {batch_id} has no refused shipment of this kind. Look at `batch show`."),
    "nothing_unsent": later(
        "Nothing of batch {batch_id} waits to be sent: all of it is sent, or on its way."
    ),
    "nothing_ready": later(
        "Batch {batch_id} has no ready parcel to hand over: none has its label yet, or all left already."
    ),
    "nothing_handed_over": later(
        "Nothing of batch {batch_id} was handed over. Record the hand-over first: a declared number that nobody "
        "scans counts as a false shipment."
    ),
    "void_needs_reason": later("Voiding needs a reason. Write why this parcel is not sent, then void it."),
    "cannot_void": later(
        "{number} cannot be voided: its shipment is “{state}”. Only accepted and ready shipments can be voided."
    ),
    "shipment_ambiguous": later(
        "{number} names {count} live shipments. Use the tracking, LP or shipment number of the one you mean."
    ),
    "shop_needs_name": later("A shop needs a name. Write one, then let it in."),
    "shop_name_taken": later("There is a shop named “{name}” already. Choose it, or write another name."),
    "seller_has_shop": later(
        "This seller is let in as the shop “{name}” already; a second one could send the same orders twice. Sign out "
        "at the platform and agree as the other seller, or let “{name}” in anew."
    ),
    "shop_unknown": later("Shop {shop_id} is not known here. Choose one of the list."),
    "code_missing": later(
        "There is no authorisation code in what was pasted. Paste the whole address the browser landed on, or the "
        "code alone."
    ),
    "code_of_another": later(
        "This code was made for another shop. Open this shop's own link, authorise, and paste what comes then."
    ),
    "gateway_unreadable": later(
        "{url} is no address of a gateway. Write one like https://api-sg.aliexpress.com/sync, or leave it empty."
    ),
    "shop_in_settings": later(
        "The token of this shop stands in the settings. Take SHIPDESK_TOKEN out of them and start again."
    ),
    "not_a_warning": later(
        "“{finding}” is an error, or nothing a person decides: it cannot be accepted. Mend the orders it names."
    ),
    "all_kept_back": later(
        "Each of the {count} drafts has something wrong that keeps it back. Mend what the check before shipping "
        "names, accept its warnings, or take them out of the batch."
    ),
    "pair_blank": later("A blank SKU cannot be paired. Name both SKUs."),
    "pair_itself": later("{sku} cannot be paired with itself. Choose another SKU."),
    "pair_quantity": later(
        "A pair is a whole number from {least} to {most} of the known SKU; for {sku} it is {quantity}. Write how "
        "many of the known one it holds."
    ),
    "pair_unknown": later(
        "{sku} cannot be paired with {known_sku}: that SKU is not in the product table. Check it, or add it first."
    ),
    "pair_of_pair": later(
        "{sku} cannot be paired with {known_sku}: that one is itself paired. Pair it with the SKU "
        "that one stands for."
    ),
    "pair_is_base": later(
        "{sku} cannot be paired: {paired} is paired with it. Unpair that one first, or pair both with the same SKU."
    ),
    "no_goods_weighed": later(
        "{sku} has a weight, so it is goods: it would be left out of its parcels. Take its weight away first, if it "
        "is none."
    ),
    "not_no_goods": later("Nobody said that {sku} is no goods. Look at the list."),
    "not_paired": later("{sku} is not paired. Look at the list of pairs."),
    "paste_unreadable": later(
        "No rows with a SKU and a weight were found in what was pasted. Copy at least these two columns of your "
        "table."
    ),
    "band_incomplete": later(
        "A weight band lacks a number, or there is none. Fill in all three whole numbers."
    ),
    "band_reversed": later(
        "The band {least}–{most} g ends before it begins, or its packaging is below zero. Correct it."
    ),
    "band_overlaps": later(
        "The band {least}–{most} g overlaps the one below. Begin every band one gram above the end of that."
    ),
    "band_gap": later(
        "No band holds {least}–{most} g. Begin every band one gram above the end of the one below."
    ),
    "pairs_not_ticked": later(
        "{count} kinds of change still need their tick ({parcels} parcels): new ones, and slower services. "
        "Tick them, then confirm."
    ),
    "stop_needs_reason": later("Write why the plan is stopped: others will see it."),
    "stop_ends_early": later("The stop would end on {until}, before it begins. Choose a later day."),
    "stop_plan_unknown": later(
        "No plan is called “{plan_id}”. Use the code of one that the platform offers."
    ),
    "stop_unknown": later("No stop {stop_id} holds. It may have been lifted in the meantime."),
    "plan_stopped": later(
        "{count} parcels stand on a stopped plan ({plans}). Move them to another plan on the page Plans."
    ),
    "limits_unknown_plan": later("A limit names plans nobody offers here: {plans}."),
    "unknown_mapping": later("No mapping is called “{name}”. Known ones: {known}."),
    "unknown_unit": later("“{unit}” is no unit of weight. Use one of: {units}."),
    "mapping_needs_name": later("A mapping needs a name. Write one, then save."),
    "mapping_name_taken": later("“{name}” is a layout that is known already. Choose another name."),
    "mapping_lacks": later("These are not chosen yet: {columns}. Choose a column for each of them."),
    "import_unknown": later(
        "No file was read under number {import_id}. Look it up in the list of files read."
    ),
    "sync_running": later("A sync of shop {shop} is under way already. Wait until it is done."),
    "unknown_kind": later("“{kind}” is no kind of file that can be read. Use one of: {kinds}."),
} | rates.PROBLEMS


def problem_sentence(code: str, **args: object) -> str:
    """Why it could not be done, and what to do; `args` are the Problem's own."""
    if code not in PROBLEMS:
        return _("This could not be done ({code}). Nothing was changed.", code=code)
    said = args | {"state": state_label(str(args["state"]))} if "state" in args else args
    if "finding" in said:
        said = said | {"finding": finding_label(str(said["finding"]))}
    if isinstance(numbers := said.get("numbers"), list):
        said = said | {"numbers": _(", ").join(_standing(*one) for one in numbers)}
    if isinstance(columns := said.get("columns"), list):
        said = said | {"columns": _(", ").join(map(column_label, columns))}
    return _(PROBLEMS[code], **said)


def _standing(number: str, state: str) -> str:
    """A number, and where the parcel stands that it names, if it names one."""
    stands = state_label(state) if state else _("unknown there")
    return f"{number} ({stands})"
