"""Imports step by step: upload, match the columns, look at the check, run, undo."""

from __future__ import annotations  # uploaded files take types only where nothing runs

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhanggui.accounts import queries as accounts
from zhanggui.core.tables.encodings import ENCODINGS, encoding_label
from zhanggui.core.types import Refusal
from zhanggui.integrations import queries, services
from zhanggui.integrations.importing import detect
from zhanggui.integrations.importing.own import OWN
from zhanggui.integrations.queries import ImportRun
from zhanggui.integrations.services.templates import template_file
from zhanggui.integrations.types import COST, Kind, Outcome, RunState
from zhanggui.inventory import queries as inventory
from zhanggui.web.access import allowed, staff_actor, staff_user
from zhanggui.web.console.files.forms import (
    ENCODING_CHOICES,
    RIGHTS,
    ChoicesForm,
    UploadForm,
    kinds_for,
    reach_of,
)
from zhanggui.web.console.files.histories import chosen_words, shown_history
from zhanggui.web.console.pages import page
from zhanggui.web.formats import SYMBOLS, listed

TILES = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REFUSED, Outcome.SKIPPED)
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@allowed("imports", "view")
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """List the newest imports, and say what can be imported."""
    runs = queries.imports()
    people = {run.actor_id for run in runs if run.actor_id}
    context = {
        "runs": runs,
        "names": accounts.user_names(user_ids=people),
        "kinds": kinds_for(staff_user(request)),
        "may_edit": staff_user(request).may("imports", "edit"),
    }
    return page(request, "console/files/imports.html", context)


@allowed("imports", "edit")
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file in."""
    kinds = kinds_for(staff_user(request))
    asked = request.GET.get("kind", "")
    first = {"kind": asked if asked in kinds else (kinds[0] if kinds else "")}
    sent = request.method == "POST"
    form = UploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial=first,
        kinds=kinds,
    )
    if sent and form.is_valid():
        try:
            run = _taken(request, form)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("console:import_run", run.pk)
    context = {"form": form, "kinds": kinds}
    return page(request, "console/files/import_new.html", context, status=422 if sent else 200)


def _taken(request: HttpRequest, form: UploadForm) -> ImportRun:
    kind, sent = Kind(form.cleaned_data["kind"]), form.files_sent()
    encoding = form.cleaned_data["encoding"]
    with TemporaryDirectory() as folder:
        paths = [_stored(one, Path(folder), number) for number, one in enumerate(sent)]
        run = services.start_import(
            kind=kind,
            path=paths[0],
            also=paths[1:],
            name=Path(sent[0].name or "file").name,
            options={"encoding": encoding} if encoding else {},
            actor=staff_actor(request),
            now=timezone.now(),
        )
    if kind == Kind.ORDERS:  # its columns are fixed
        services.match_columns(
            run=run,
            format_name=run.format,
            columns=run.columns,
            options={"language": get_language()},
            now=timezone.now(),
            by_worker=True,
        )
    return run


def _stored(file: UploadedFile[Any], folder: Path, number: int) -> Path:
    ending = "".join(Path(file.name or "file").suffixes[-2:])[-12:].lower()
    path = folder / f"upload{number}{ending}"
    with path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return path


@allowed("imports", "view")
@require_safe
def detail(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show where an import is, and what can be done next."""
    run = _wanted(run_id)
    form = ChoicesForm(kind=run.kind, person=staff_user(request), initial=_initial(run.options))
    return _page(request, run, form)


def _initial(options: dict[str, Any]) -> dict[str, Any]:
    first = inventory.warehouses()[:1]
    default = {"warehouse": str(first[0].warehouse_id)} if first else {}
    return {**default, **{name: str(value) for name, value in options.items()}}


def _page(
    request: HttpRequest, run: ImportRun, form: ChoicesForm, *, status: int = 200, error: str = ""
) -> HttpResponse:
    context = {
        "run": run,
        "form": form,
        "error": error,
        "steps": _steps(run),
        "encodings": ENCODING_CHOICES,
        "encoding": run.options.get("encoding", ""),
        "tiles": [(one.label, run.counts[one], one) for one in TILES if run.counts.get(one)],
        "pictures": run.pictures_done - run.counts.get("pictures_failed", 0),
        "is_busy": run.state in (RunState.MATCHED, RunState.RUNNING, RunState.UNDOING),
        "may_edit": staff_user(request).may("imports", "edit") and _may(request, run),
    }
    if run.state == RunState.UPLOADED:
        context |= _columns(request, run)
    elif run.state in (RunState.UNDOING, RunState.UNDONE):
        context |= {"undo": queries.undo_progress(run=run), "undone": queries.undo_rows(run=run)}
    else:
        context["problems"] = queries.problems(run=run)
        if run.kind == Kind.ORDERS:
            context["history"] = shown_history(run)
        context["unused"] = queries.unused_columns(run=run)
        context["changed"] = sum(run.counts.get(one, 0) for one in TILES[:2])
    return page(request, "console/files/import_run.html", context, part="run", status=status)


def _columns(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Return each column with its first values and what it can be."""
    formats = detect.formats_of(run.kind)
    asked = request.GET.get("format") or request.POST.get("format") or run.format
    format_ = formats.get(asked, formats[run.format])
    match = run.columns if format_.name == run.format else format_.match(run.header)
    if request.method == "POST":
        match = request.POST.getlist("column")
    is_shown = staff_user(request).may("products", "see_cost")
    hidden = set() if is_shown else queries.cost_places(run=run)
    samples = [
        "…"
        if place in hidden
        else listed(dict.fromkeys(filter(None, (row[place] for row in run.sample))))
        for place in range(len(run.header))
    ]
    houses = [f"stock:{one.code}" for one in inventory.warehouses()]
    has_stock = format_.name in ("zhanggui", "stock") and run.kind != Kind.PRICES
    more = [*match, *(houses if has_stock and len(houses) > 1 else [])]
    return {
        "columns": list(zip(run.header, samples, match, strict=False)),
        "choices": [one for one in format_.choices(more) if is_shown or one[0] != COST],
        "kept": "" if is_shown else COST,
        "read_as": encoding_label(run.options["read_as"]) if run.options.get("read_as") else "",
        "attributes": format_.name == OWN.name and run.kind == Kind.PRODUCTS,
        "formats": [(one.name, one.label) for one in formats.values()],
        "format": format_.name,
        "unused": sum(not one for one in match),
    }


def _steps(run: ImportRun) -> list[dict[str, str]]:
    """Return the way of an import for the stepper."""
    second = _("认出格式") if run.kind == Kind.ORDERS else _("匹配列")
    names = [_("上传"), second, _("检查"), _("导入")]
    at = {
        RunState.UPLOADED: 1,
        RunState.MATCHED: 2,
        RunState.CHECKED: 2,
        RunState.RUNNING: 3,
    }.get(RunState(run.state), 4)
    if run.state in (RunState.FAILED, RunState.CANCELLED):
        at = 2 if run.started_at is None else 3
    return [
        {"label": name, "note": "", "state": "done" if place < at else "now" if place == at else ""}
        for place, name in enumerate(names)
    ]


@allowed("imports", "edit")
@require_POST
def match(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take the columns as they were matched, and have the file checked."""
    run = _own(request, run_id)
    if run.kind == Kind.ORDERS:
        return _match_orders(request, run)
    encoding = run.options.get("encoding", "")
    if "reread" in request.POST or request.POST.get("encoding", encoding) != encoding:
        return _read_again(request, run)
    formats = detect.formats_of(run.kind)
    chosen = request.POST.get("format", "")
    columns = request.POST.getlist("column")
    form = ChoicesForm(request.POST, kind=run.kind, person=staff_user(request))
    if chosen not in formats or len(columns) != len(run.header) or not form.is_valid():
        return _page(request, run, form, status=422, error=_("请重新匹配列。"))
    known = {name for name, _label in formats[chosen].choices(formats[chosen].match(run.header))}
    houses = {f"stock:{one.code}" for one in inventory.warehouses()}
    known |= houses | {f"attribute:{name}" for name in run.header if chosen == OWN.name}
    columns = [one if one in known else "" for one in columns]
    try:
        services.match_columns(
            run=run,
            format_name=chosen,
            columns=columns,
            options={**form.options(), "language": get_language()},
            now=timezone.now(),
            by_worker=True,
        )
    except Refusal as refusal:
        return _page(request, run, form, status=422, error=str(refusal))
    return redirect("console:import_run", run.pk)


def _read_again(request: HttpRequest, run: ImportRun) -> HttpResponse:
    return _ordered(
        request, run, lambda: services.read_again(run=run, encoding=_chosen_encoding(request))
    )


def _chosen_encoding(request: HttpRequest) -> str:
    encoding = request.POST.get("encoding", "")
    return encoding if encoding in ENCODINGS else ""


def _match_orders(request: HttpRequest, run: ImportRun) -> HttpResponse:
    currency = request.POST.get("currency", "")
    return _ordered(
        request,
        run,
        lambda: services.match_orders(
            run=run,
            format_name=request.POST.get("format", ""),
            words=chosen_words(request),
            options={
                "open": request.POST.get("open") == "1",
                "language": get_language(),
                "encoding": _chosen_encoding(request),
                "currency": currency if currency in SYMBOLS else "",
            },
            now=timezone.now(),
        ),
    )


@allowed("imports", "edit")
@require_POST
def begin(request: HttpRequest, run_id: int) -> HttpResponse:
    """Let a checked import be written, or one that broke off go on."""
    run = _own(request, run_id)
    reach = reach_of(staff_user(request))
    return _ordered(
        request,
        run,
        lambda: services.begin_import(run=run, now=_now(), by_worker=True, reach=reach),
    )


@allowed("imports", "edit")
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """End an import; what is written stays."""
    run = _own(request, run_id)
    return _ordered(request, run, lambda: services.cancel_import(run=run, now=_now()))


@allowed("imports", "edit")
@require_POST
def undo(request: HttpRequest, run_id: int) -> HttpResponse:
    """Set back what an import did and nobody changed since."""
    run, actor = _own(request, run_id), staff_actor(request)
    reach = reach_of(staff_user(request))
    return _ordered(
        request,
        run,
        lambda: services.begin_undo(run=run, actor=actor, now=_now(), by_worker=True, reach=reach),
    )


def _ordered(request: HttpRequest, run: ImportRun, order: Any) -> HttpResponse:
    try:
        order()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("console:import_run", run.pk)


def _now() -> Any:
    return timezone.now()


@allowed("imports", "view")
@require_safe
def errors(request: HttpRequest, run_id: int) -> HttpResponse:
    """Hand out the rows that could not be imported, each with its reason."""
    run = _wanted(run_id)
    if not run.errors_file or not _may(request, run):
        raise Http404
    name = f"{Path(run.file_name).stem[:60]}-{_('不能导入的行')}.csv"
    if staff_user(request).may("products", "see_cost"):
        return handed_out(run.errors_file, name)
    return _private(name, lambda: queries.errors_without_costs(run=run))


@allowed("imports", "view")
@require_safe
def template(request: HttpRequest, kind: str, ending: str) -> HttpResponse:
    """Hand out an empty table with the columns of a kind and an example."""
    if kind not in Kind.values or ending not in _TYPES:
        raise Http404
    file = template_file(kind=Kind(kind), ending=ending)
    name = f"{Kind(kind).label}{_('导入模板')}.{ending}"
    return _download(file, name)


def handed_out(stored: str, name: str) -> HttpResponse:
    """Return a private file as a download that no cache keeps."""
    return _private(name, lambda: queries.stored_file(name=stored))


def _private(name: str, opened: Callable[[], IO[bytes]]) -> HttpResponse:
    try:
        file = opened()
    except FileNotFoundError as gone:
        raise Http404 from gone
    answer = _download(file, name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _download(file: IO[bytes], name: str) -> HttpResponse:
    kind = _TYPES[name.rpartition(".")[2]]
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=kind)
    return cast(HttpResponse, answer)  # it streams; guards ask for what both have


def _wanted(run_id: int) -> ImportRun:
    run = queries.import_run(run_id=run_id)
    if run is None:
        raise Http404
    return run


def _may(request: HttpRequest, run: ImportRun) -> bool:
    return staff_user(request).may(*RIGHTS[Kind(run.kind)])


def _own(request: HttpRequest, run_id: int) -> ImportRun:
    run = _wanted(run_id)
    if not _may(request, run):
        raise PermissionDenied
    return run
