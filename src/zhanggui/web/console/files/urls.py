"""The addresses of imports and exports."""

from django.urls import path

from zhanggui.web.console.files import exports, imports

urlpatterns = [
    path("imports/", imports.import_list, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/template/<slug:kind>/<slug:ending>/", imports.template, name="import_template"),
    path("imports/<int:run_id>/", imports.detail, name="import_run"),
    path("imports/<int:run_id>/match/", imports.match, name="import_match"),
    path("imports/<int:run_id>/begin/", imports.begin, name="import_begin"),
    path("imports/<int:run_id>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<int:run_id>/undo/", imports.undo, name="import_undo"),
    path("imports/<int:run_id>/errors/", imports.errors, name="import_errors"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.export_new, name="export_new"),
    path("exports/<int:run_id>/cancel/", exports.cancel, name="export_cancel"),
    path("exports/<int:run_id>/file/", exports.download, name="export_file"),
]
