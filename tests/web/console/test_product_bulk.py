"""The console's pages of edits of many products, and of what changed of one."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories.catalog import CategoryFactory, ProductFactory, SkuFactory
from tests.unchanged import nothing_changes
from tests.web.console.conftest import SignIn

from zhanggui.accounts.types import Role
from zhanggui.catalog.models import BulkEdit, Product, ProductChange, Sku
from zhanggui.catalog.services import bulk_run
from zhanggui.catalog.tasks import run_bulk_edit

pytestmark = pytest.mark.django_db
BULK = "/console/products/bulk/"


def sku(code: str, price: int = 19_90, **product: object) -> Sku:
    return SkuFactory(
        code=code, price_minor=price, product=ProductFactory(slug=code.lower(), **product)
    )


def lowered(*slugs: str, **more: object) -> dict[str, object]:
    """Return the form that takes 10 % off, to .90."""
    return {
        "slug": slugs,
        "act": "price",
        "price-how": "lower_by",
        "price-amount": "10%",
        "price-ending": "90",
        **more,
    }


def prices() -> dict[str, int]:
    return dict(Sku.objects.values_list("code", "price_minor"))


def test_prices_of_ticked_products_are_looked_at_changed_and_set_back(owner: Client) -> None:
    sku("POT", 100_00), sku("CUP"), sku("TRAY")

    chosen = owner.get(BULK, {"slug": ["pot", "cup"]})
    assert chosen.context["count"] == 2
    looked = owner.post(BULK, lowered("pot", "cup"), follow=True)
    page = looked.redirect_chain[-1][0]
    assert [(r.row.sku_code, r.old, r.new) for r in looked.context["rows"]] == [
        ("POT", "¥100.00", "¥89.90"),
        ("CUP", "¥19.90", "¥17.90"),
    ]
    assert looked.context["title"] == "改价：降价 10%，尾数 .90"
    assert prices() == {"POT": 100_00, "CUP": 19_90, "TRAY": 19_90}

    done = owner.post(f"{page}run/", follow=True)
    assert prices() == {"POT": 89_90, "CUP": 17_90, "TRAY": 19_90}
    assert done.context["edit"].counts == {"done": 2}
    undone = owner.post(f"{page}undo/", follow=True)
    assert prices() == {"POT": 100_00, "CUP": 19_90, "TRAY": 19_90}
    assert undone.context["edit"].state == "undone"
    again = owner.post(f"{page}undo/", follow=True)
    assert "当前状态" in str(next(iter(again.context["messages"])))


def test_all_that_a_filter_finds_is_a_choice_of_its_own(owner: Client) -> None:
    tea = CategoryFactory(slug="tea")
    for number in range(25):
        sku(f"TEA-{number}", category=tea)
    sku("POT")

    listed = owner.get("/console/products/?category=tea").content.decode()
    assert "/console/products/bulk/?category=tea&amp;all=1" in listed
    answer = owner.post(BULK, lowered(all="1", category="tea"), follow=True)
    owner.post(f"{answer.redirect_chain[-1][0]}run/")

    assert sorted(set(prices().values())) == [17_90, 19_90]
    assert prices()["POT"] == 19_90


def test_many_are_left_to_a_worker_and_the_page_tells_how_far_it_is(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhanggui.web.console.products.bulk.FEW", 1)
    monkeypatch.setattr(bulk_run, "AT_ONCE", 1)
    sku("POT"), sku("CUP")
    page = owner.post(BULK, lowered("pot", "cup"))["Location"]

    ordered = owner.post(f"{page}run/", follow=True)
    assert ordered.context["edit"].is_busy
    assert 'hx-trigger="every 1s"' in ordered.content.decode()
    assert set(prices().values()) == {19_90}
    edit = BulkEdit.objects.get()
    bulk_run._step(edit.pk, edit.made_at)
    part = owner.get(page, headers={"HX-Request": "true"}).content.decode()
    assert 'max="2" value="1"' in part
    assert "<html" not in part
    run_bulk_edit.call(edit.pk)

    over = owner.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in over
    assert set(prices().values()) == {17_90}


@pytest.mark.parametrize(
    "wrong",
    [
        {"price-amount": ""},
        {"price-amount": "x"},
        {"price-amount": "-1"},
        {"price-amount": "1.234"},
        {"price-how": "double"},
        {"price-how": "set", "price-amount": "1e30"},
        {"act": "nothing"},
        {"slug": "unknown"},
        {"act": "category", "category-to": "unknown"},
        {"act": "weight", "weight-weight": "-1"},
        {"act": "shelf", "shelf-shelf": "draft"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(owner: Client, wrong: dict[str, object]) -> None:
    sku("POT")

    with nothing_changes():
        answer = owner.post(BULK, lowered("pot") | wrong)

    assert answer.status_code == 422


def test_only_who_may_edit_sees_or_does_it(sign_in: SignIn, owner: Client) -> None:
    sku("POT")
    page = owner.post(BULK, lowered("pot"))["Location"]
    service = sign_in(Role.SERVICE)

    with nothing_changes():
        for path in (BULK, page):
            assert service.get(path).status_code == 403
        for path in (f"{page}run/", f"{page}undo/", "/console/products/item/pot/restore/"):
            assert service.post(path).status_code == 403
    assert owner.get(f"{BULK}{'0' * 32}/").status_code == 404


def saved(owner: Client, product: str, **fields: str) -> None:
    """Save a product's form with some fields changed."""
    page = owner.get(f"/console/products/item/{product}/")
    editor = page.context["editor"]
    data = {"action": "save"}
    for form in (editor.form, *editor.options, *editor.rows):
        for bound in form:
            value = bound.field.prepare_value(bound.value()) if bound.value() is not None else ""
            data[bound.html_name] = value
    for forms in (editor.options, editor.rows):
        for bound in forms.management_form:
            data[bound.html_name] = bound.value()
    data = {name: value for name, value in data.items() if value not in ("", None, False)}
    answer = owner.post(f"/console/products/item/{product}/save/", data | fields)
    assert answer.status_code == 302, answer.context["editor"].form.errors


def lines(client: Client, slug: str) -> list[tuple[str, str, str, str]]:
    page = client.get(f"/console/products/item/{slug}/history/")
    return [(a.actor, n.label, n.old, n.new) for a in page.context["acts"] for n in a.lines]


def test_the_history_tells_who_changed_what_and_brings_a_value_back(
    owner: Client, sign_in: SignIn, shop: None
) -> None:
    sku("POT", name="紫砂壶")
    saved(owner, "pot", name="朱泥壶")
    saved(owner, "pot", **{"sku-0-price_minor": "18", "sku-0-cost_price_minor": "5"})

    assert lines(owner, "pot") == [
        ("林岚", "成本价", "", "¥5.00"),
        ("林岚", "售价", "¥19.90", "¥18.00"),
        ("林岚", "商品名称", "紫砂壶", "朱泥壶"),
    ]
    assert "成本价" not in {label for _who, label, *_ in lines(sign_in(Role.SERVICE), "pot")}
    for field, code in (("price_minor", "POT"), ("name", "")):
        change = ProductChange.objects.get(field=field)
        form = {"field": field, "sku": code, "at": change.at.isoformat()}
        answer = owner.post("/console/products/item/pot/restore/", form)
        assert answer["Location"] == "/console/products/item/pot/history/"

    product = Product.objects.get()
    assert (product.name, product.min_price_minor) == ("紫砂壶", 19_90)
    assert lines(owner, "pot")[:2] == [
        ("林岚", "商品名称", "朱泥壶", "紫砂壶"),
        ("林岚", "售价", "¥18.00", "¥19.90"),
    ]


def test_what_cannot_be_brought_back_changes_nothing(owner: Client, shop: None) -> None:
    sku("POT")
    saved(owner, "pot", slug="teapot")
    change = ProductChange.objects.get()
    later = (change.at + timedelta(seconds=1)).isoformat()

    with nothing_changes():
        for field, at in (("slug", change.at.isoformat()), ("name", later), ("", "")):
            form = {"field": field, "sku": "", "at": at}
            assert owner.post("/console/products/item/teapot/restore/", form).status_code == 404


def timed(act: str, prefix: str, **fields: object) -> dict[str, object]:
    """Return the form of an act at a moment."""
    return {"slug": "pot", "act": act} | {f"{prefix}-{key}": value for key, value in fields.items()}


def test_prices_and_shelves_of_many_get_a_timetable(owner: Client) -> None:
    pot = sku("POT", 100_00, shelf="off")
    times = {"begins": "2099-11-11T00:00", "ends": "2099-11-12T00:00"}
    sale = timed("price_at", "timed", how="lower_by", amount="20", ending="", **times)

    looked = owner.post(BULK, sale, follow=True)
    assert looked.context["title"] == ("定时价：降价 20%，2099-11-11 00:00 起，2099-11-12 00:00 止")
    assert [(row.old, row.new) for row in looked.context["rows"]] == [
        ("没有定时价", "¥80.00，2099-11-11 00:00 起，2099-11-12 00:00 止")
    ]
    page = looked.redirect_chain[-1][0]
    owner.post(f"{page}run/")
    pot.refresh_from_db()
    assert (pot.price_minor, pot.timed_price_minor) == (100_00, 80_00)
    owner.post(f"{page}undo/")
    pot.refresh_from_db()
    assert pot.timed_price_minor is None

    looked = owner.post(BULK, timed("shelf_at", "times", **times), follow=True)
    assert looked.context["title"] == ("定时上下架：2099-11-11 00:00 上架，2099-11-12 00:00 下架")
    assert [(row.old, row.new) for row in looked.context["rows"]] == [
        ("下架", "2099-11-11 00:00 上架，2099-11-12 00:00 下架")
    ]
    over = owner.post(BULK, timed("price_at", "timed", how="set", is_over="on"), follow=True)
    assert over.context["title"] == "定时价：取消"


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (timed("shelf_at", "times"), "请填写时间，或勾选"),
        (timed("shelf_at", "times", ends="2020-01-01T00:00"), "结束时间要晚于现在"),
        (
            timed("shelf_at", "times", begins="2099-01-02T00:00", ends="2099-01-01T00:00"),
            "结束时间要晚于开始时间",
        ),
        (timed("price_at", "timed", how="set", begins="2099-01-02T00:00"), "价格怎么改"),
        (timed("price_at", "timed", how="set", amount="1"), "请填写时间，或勾选"),
        (timed("price_at", "timed", how="set", amount="x", begins="2099-01-02T00:00"), "金额"),
    ],
)
def test_a_timetable_that_must_be_mended_is_asked_again(
    owner: Client, wrong: dict[str, object], text: str
) -> None:
    sku("POT")

    with nothing_changes():
        answer = owner.post(BULK, wrong)

    assert answer.status_code == 422
    assert text in answer.content.decode()
