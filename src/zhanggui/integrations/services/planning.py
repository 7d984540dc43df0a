"""What importing a product would change: found out without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from zhanggui.catalog import services as catalog
from zhanggui.catalog.types import OptionInput, ProductEdit, ProductInput, Shelf, SkuInput
from zhanggui.core.types import Refusal
from zhanggui.freight import queries as freight
from zhanggui.freight.types import ChargeBy
from zhanggui.integrations.services.facts import (
    Facts,
    difference,
    input_of,
    product_facts,
    sku_facts,
)
from zhanggui.integrations.services.known import Known, fitting, slug_of
from zhanggui.integrations.types import Fault, Outcome, ProductDraft, SkuDraft

_TIMED = ("timed_price_minor", "timed_from", "timed_until")
NAME_LENGTH, SUBTITLE_LENGTH = 120, 200  # what the catalogue holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the person who imports has chosen."""

    shelf_new: Shelf = Shelf.DRAFT  # of new products whose file says nothing
    prices_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about one draft. `wanted` is None where nothing is."""

    draft: ProductDraft
    outcome: Outcome
    before: ProductEdit | None = None
    wanted: ProductInput | None = None
    template_id: int | None = None
    changes: Facts
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    restores: bool = False  # an undone import had archived it


class _Refused(Exception):
    def __init__(self, text: str, line: int = 0, column: str = "") -> None:
        super().__init__(text)
        self.text, self.line, self.column = text, line, column


def plan(draft: ProductDraft, known: Known, choices: Choices) -> Plan:
    """Return what importing this draft would do."""
    if draft.skipped:
        fault = Fault(draft.lines[0], draft.skipped)
        return Plan(draft=draft, outcome=Outcome.SKIPPED, changes={}, faults=(fault,))
    if draft.faults:
        return Plan(draft=draft, outcome=Outcome.REFUSED, changes={}, faults=draft.faults)
    try:
        return _planned(draft, known, choices)
    except (_Refused, Refusal) as refusal:
        line = getattr(refusal, "line", 0) or draft.lines[0]
        fault = Fault(line, str(refusal), getattr(refusal, "column", ""))
        return Plan(draft=draft, outcome=Outcome.REFUSED, changes={}, faults=(fault,))


def _planned(draft: ProductDraft, known: Known, choices: Choices) -> Plan:
    before = _existing(draft, known)
    if before is None and (choices.prices_only or not draft.name):
        raise _Refused(_nobody(draft))
    restores = before is not None and before.product_id in known.undone
    if before is not None and before.archived and not restores:
        raise _Refused(_("商品「%(name)s」已归档，请先恢复") % {"name": before.name})
    if choices.prices_only:
        draft = ProductDraft(lines=draft.lines, skus=draft.skus)
    _check_codes(draft, before, known)
    _check_lengths(draft)
    draft, cut = _fitted(draft)
    own = freight.own_template(product_id=before.product_id) if before else None
    template_id = _template_id(
        draft, known, own.template_id if own else None, is_new=before is None
    )
    wanted = catalog.cleaned_product(_merged(draft, before, known, choices))
    wanted, notes = _sellable(wanted, before, known, template_id)
    notes = (*notes, *cut)
    if before is None and draft.freight and draft.freight not in known.templates:
        why = _("没有运费模板「%(name)s」，先按默认的运费模板算")
        notes = (*notes, why % {"name": draft.freight})
    attributes = known.attributes.difference(draft, before, wanted.category_id)
    if before is None:
        return Plan(
            draft=draft,
            outcome=Outcome.CREATED,
            wanted=wanted,
            template_id=template_id,
            changes={},
            notes=notes,
        )
    changes = _changes(before, wanted, known, own.template_id if own else None, template_id)
    outcome = Outcome.UPDATED if changes or attributes else Outcome.UNCHANGED
    return Plan(
        draft=draft,
        outcome=Outcome.CREATED if restores else outcome,
        before=before,
        wanted=wanted if changes or restores else None,
        restores=restores,
        template_id=template_id,
        changes=changes,
        notes=notes,
    )


def _existing(draft: ProductDraft, known: Known) -> ProductEdit | None:
    """Return the product that a draft is about: by its slug, else by the codes of its SKUs."""
    found = known.by_slug.get(slug_of(draft)) if draft.slug else None
    if found or (draft.slug and draft.name):
        return found
    products = known.products_of(draft)
    if len(products) > 1:
        names = _("、").join(one.name for one in products[:3])
        raise _Refused(_("规格编码属于不同的商品：%(names)s") % {"names": names})
    return products[0] if products else known.by_slug.get(slug_of(draft))


def _nobody(draft: ProductDraft) -> str:
    codes = [sku.code for sku in draft.skus if sku.code]
    if codes:
        return _("店里没有规格编码 %(code)s，新商品要有名称") % {"code": codes[0]}
    return _("缺少商品名称")


def _check_codes(draft: ProductDraft, before: ProductEdit | None, known: Known) -> None:
    own = before.product_id if before else 0
    for sku in draft.skus:
        holder = known.product_of_code.get(sku.code, own) if sku.code else own
        if holder != own:
            name = known.by_id[holder].name if holder in known.by_id else ""
            text = _("规格编码 %(code)s 已被商品「%(name)s」使用")
            raise _Refused(text % {"code": sku.code, "name": name}, sku.line)


def _check_lengths(draft: ProductDraft) -> None:
    for sku in draft.skus:
        texts = [(_("规格编码"), sku.code, 60), (_("条码"), sku.barcode or "", 32)]
        texts += [(_("规格值"), value, 60) for value in sku.options or ()]
        for column, text, most in texts:
            if len(text) > most:
                why = _("文字太长：最多 %(max)d 个字，现在 %(now)d 个。")
                raise _Refused(why % {"max": most, "now": len(text)}, sku.line, column)
    if any(len(name) > 30 for name in draft.option_names or ()):
        why = _("文字太长：最多 %(max)d 个字，现在 %(now)d 个。")
        longest = max(map(len, draft.option_names or ()))
        raise _Refused(why % {"max": 30, "now": longest}, 0, _("规格项"))


def _fitted(draft: ProductDraft) -> tuple[ProductDraft, tuple[str, ...]]:
    """Cut what other shops let be longer, and tell it."""
    name, subtitle = draft.name or "", draft.subtitle or ""
    notes = []
    why = _("%(field)s超过 %(most)d 个字，后面的截掉了")
    if len(name) > NAME_LENGTH:
        draft = replace(draft, name=f"{name[: NAME_LENGTH - 1].rstrip()}…")
        notes.append(why % {"field": _("商品名称"), "most": NAME_LENGTH})
    if len(subtitle) > SUBTITLE_LENGTH:
        draft = replace(draft, subtitle=f"{subtitle[: SUBTITLE_LENGTH - 1].rstrip()}…")
        notes.append(why % {"field": _("副标题"), "most": SUBTITLE_LENGTH})
    path = draft.category or ()
    if path and fitting(path) != path:
        notes.append(_("类目太深或太长，放到了「%(path)s」") % {"path": " > ".join(fitting(path))})
    return draft, tuple(notes)


def _template_id(draft: ProductDraft, known: Known, own: int | None, *, is_new: bool) -> int | None:
    if draft.freight is None:
        return own
    if not draft.freight:
        return None
    template = known.templates.get(draft.freight)
    if template is None and is_new:
        return None
    if template is None:
        raise _Refused(_("没有运费模板「%(name)s」，请先新建") % {"name": draft.freight})
    return None if template.is_default else template.template_id


def _merged(
    draft: ProductDraft, before: ProductEdit | None, known: Known, choices: Choices
) -> ProductInput:
    skus, names = _skus(draft, before)
    if before is None:
        base = _new(draft, known, choices)
    else:
        base = input_of(before, category_id=known.categories.by_slug.get(before.category_slug, 0))
    values: dict[str, Any] = {
        "name": draft.name,
        "subtitle": draft.subtitle,
        "description": draft.description,
        "shelf": draft.shelf,
        "leaves_when_sold_out": draft.leaves_when_sold_out,
    }
    if draft.category is not None:
        values["category_id"] = known.categories.id_of(draft.category)
    for name in ("on_at", "off_at"):
        if (moment := getattr(draft, name)) is not None:
            values[name] = moment or None
    given = {key: value for key, value in values.items() if value is not None or key[-3:] == "_at"}
    options = _options(names, before, skus, draft.option_values)
    return replace(base, **given, options=options, skus=tuple(skus))


def _new(draft: ProductDraft, known: Known, choices: Choices) -> ProductInput:
    return ProductInput(
        name="",
        slug=slug_of(draft),
        subtitle="",
        description="",
        category_id=known.categories.id_of(draft.category or ()),
        shelf=choices.shelf_new if draft.skus else Shelf.DRAFT,
        on_at=None,
        off_at=None,
        options=(),
        skus=(),
    )


def _skus(
    draft: ProductDraft, before: ProductEdit | None
) -> tuple[list[SkuInput], tuple[str, ...]]:
    """Return the SKUs as they shall be, those of the shop first, and the names of the options."""
    rows = list(before.skus) if before else []
    old_names = tuple(one.name for one in before.options) if before else ()
    names = draft.option_names if draft.option_names is not None and draft.skus else old_names
    by_code = {sku.code: place for place, sku in enumerate(rows)}
    by_options = {sku.options: place for place, sku in enumerate(rows)}
    covered: dict[int, SkuDraft] = {}
    for one in draft.skus:
        place = _place(one, by_code, by_options, len(rows) if before else 0)
        if place is None:
            rows.append(_new_sku(one, names))
            place = len(rows) - 1
            by_options[rows[place].options] = place
        else:
            _check_once(one, covered.get(place))
            rows[place] = _changed(rows[place], one)
        covered[place] = one
    if len(names) != len(old_names) and before and len(covered) < len(rows):
        raise _Refused(_("规格项和店里的不一样，文件里又没有这个商品的全部规格"))
    return rows, names


def _check_once(one: SkuDraft, other: SkuDraft | None) -> None:
    """Refuse two rows about one SKU that differ: nobody knows which of them counts."""
    if other is not None and replace(one, line=other.line) != other:
        raise _Refused(
            _("和第 %(line)d 行是同一个规格，内容却不同") % {"line": other.line}, one.line
        )


def _place(
    one: SkuDraft, by_code: Mapping[str, int], by_options: Mapping[tuple[str, ...], int], count: int
) -> int | None:
    if one.code and one.code in by_code:
        return by_code[one.code]
    if one.options is not None:
        return by_options.get(one.options)
    if not count:
        return by_options.get(())
    return 0 if count == 1 and not one.code else None


def _new_sku(one: SkuDraft, names: tuple[str, ...]) -> SkuInput:
    if one.price_minor is None:
        raise _Refused(_("新规格要有售价"), one.line, _("售价"))
    options = one.options if one.options is not None else ()
    if len(options) != len(names) or not all(options):
        raise _Refused(_("规格值没有写全"), one.line, _("规格值"))
    return _changed(SkuInput(code="", options=options, price_minor=one.price_minor), one)


def _changed(sku: SkuInput, one: SkuDraft) -> SkuInput:
    values: dict[str, Any] = {
        "code": one.code or None,
        "options": one.options,
        "price_minor": one.price_minor,
        "barcode": one.barcode,
        "weight_grams": one.weight_grams,
        "volume_cm3": one.volume_cm3,
    }
    given = {name: value for name, value in values.items() if value is not None}
    if one.timed_price_minor == "":
        given |= dict.fromkeys(_TIMED)
    for name in ("market_price_minor", "cost_price_minor", *_TIMED):
        if (value := getattr(one, name)) is not None:
            given[name] = None if value == "" else value
    return replace(sku, **given)


def _options(
    names: tuple[str, ...],
    before: ProductEdit | None,
    skus: list[SkuInput],
    order: Mapping[str, tuple[str, ...]],
) -> tuple[OptionInput, ...]:
    """Return the options with the values as the file orders them, else those of the shop first,
    then the new ones as they come.
    """
    old = before.options if before and len(before.options) == len(names) else ()
    return tuple(
        OptionInput(
            name=name,
            values=tuple(
                dict.fromkeys(
                    [
                        *order.get(name, ()),
                        *(old[place].values if old else ()),
                        *(sku.options[place] for sku in skus if len(sku.options) == len(names)),
                    ]
                )
            ),
        )
        for place, name in enumerate(names)
    )


def _sellable(
    wanted: ProductInput, before: ProductEdit | None, known: Known, template_id: int | None
) -> tuple[ProductInput, tuple[str, ...]]:
    """Leave off the shelf what could not be sold for want of a weight."""
    template = known.template_in_use(template_id)
    is_weighed = template is not None and template.charge_by == ChargeBy.WEIGHT
    is_light = is_weighed and any(not sku.weight_grams for sku in wanted.skus)
    if wanted.shelf != Shelf.ON or not is_light:
        return wanted, ()
    shelf = before.shelf if before else Shelf.DRAFT
    if shelf == Shelf.ON:
        raise _Refused(_("运费按重量计，上架的商品每个规格都要有重量"))
    return replace(wanted, shelf=shelf), (_("运费按重量计而文件里没有重量，先不上架"),)


def _changes(
    before: ProductEdit,
    wanted: ProductInput,
    known: Known,
    own: int | None,
    template_id: int | None,
) -> Facts:
    category = known.categories.by_slug.get(before.category_slug, 0)
    old = product_facts(input_of(before, category_id=category), template_id=own)
    changes = difference(old, product_facts(wanted, template_id=template_id))
    skus = {
        str(sku_id): found
        for sku_id, was, now in zip(before.sku_ids, before.skus, wanted.skus, strict=False)
        if (found := difference(sku_facts(was), sku_facts(now)))
    }
    if skus:
        changes["skus"] = skus
    if len(wanted.skus) > len(before.skus):
        changes["new_skus"] = [list(sku.options) for sku in wanted.skus[len(before.skus) :]]
    return changes
