"""The local control endpoint: switch faults, play the shopper, look at the deliveries."""

import json
import time
from typing import Any

from zhanggui.payments.providers.simulator import payments
from zhanggui.payments.providers.simulator.api import Call, Reply
from zhanggui.payments.providers.simulator.ledger import Simulation
from zhanggui.payments.providers.simulator.refusals import ApiRefusal


def answer(sim: Simulation, call: Call) -> Reply:
    """Answer one control call.

    GET faults, deliveries; POST (as application/json, which no foreign web page can send) faults
    {switch: value}, reset, pay {out_trade_no, even_if_closed?}, notify {out_trade_no}.
    """
    try:
        status, body = 200, _carry_out(sim, call)
    except ApiRefusal as refusal:
        status, body = refusal.status, refusal.body
    except ValueError as problem:
        status, body = 422, {"code": "UNKNOWN_SWITCH", "message": str(problem)}
    sim.wake.set()
    return Reply(
        status=status,
        headers={"Content-Type": "application/json; charset=utf-8"},
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def _carry_out(sim: Simulation, call: Call) -> Any:
    what = call.path.removeprefix("/_control/")
    if call.method == "GET" and what == "faults":
        return sim.faults.change()
    if call.method == "GET" and what == "deliveries":
        return {"items": deliveries(sim)}
    if call.method != "POST" or call.headers.get("content-type") != "application/json":
        raise ApiRefusal(404, "RESOURCE_NOT_EXISTS", "GET, or POST with application/json")
    if what == "reset":
        return sim.faults.reset()
    fields = call.fields()
    if what == "faults":
        return sim.faults.change(**fields)
    number = str(fields.get("out_trade_no", ""))
    if what == "pay":
        late = fields.get("even_if_closed") is True
        return {"trade_state": payments.pay(sim, number=number, even_if_closed=late)}
    if what == "notify":
        return {"sent": notify_again(sim, number=number)}
    raise ApiRefusal(404, "RESOURCE_NOT_EXISTS", what)


def deliveries(sim: Simulation) -> list[dict[str, Any]]:
    """Return all notifications with how far they came."""
    with sim.books() as books:
        rows = books.execute("SELECT * FROM deliveries ORDER BY id").fetchall()
    return [
        {
            "event_id": event["id"],
            "event_type": event["event_type"],
            "out_trade_no": event["facts"]["out_trade_no"],
            **{name: row[name] for name in ("url", "forgery", "state", "tries", "answer")},
        }
        for row in rows
        for event in [json.loads(row["event"])]
    ]


def notify_again(sim: Simulation, *, number: str) -> int:
    """Send the true notifications of a payment once more, oldest first; return how many."""
    with sim.books() as books:
        rows = books.execute(
            "SELECT url, event FROM deliveries WHERE forgery = ''"
            " AND json_extract(event, '$.facts.out_trade_no') = ? GROUP BY event ORDER BY MIN(id)",
            (number,),
        ).fetchall()
        for row in rows:
            books.execute(
                "INSERT INTO deliveries (url, event, forgery, state, due_at, tries, answer)"
                " VALUES (?, ?, '', 'waiting', ?, 0, '')",
                (row["url"], row["event"], time.time()),
            )
    sim.wake.set()
    return len(rows)
