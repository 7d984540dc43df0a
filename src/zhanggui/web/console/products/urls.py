"""The addresses of products and categories in the console."""

from django.urls import path

from zhanggui.web.console.products import attributes, bulk, categories, history, pictures, views

urlpatterns = [
    path("", views.products, name="products"),
    path("shelf/", views.products_shelf, name="products_shelf"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("bulk/<str:token>/", bulk.bulk_edit, name="bulk_edit"),
    path("bulk/<str:token>/run/", bulk.bulk_run, name="bulk_run"),
    path("bulk/<str:token>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path("new/", views.product_new, name="product_new"),
    path("categories/", categories.listing, name="categories"),
    path("categories/new/", categories.create, name="category_new"),
    path("categories/<slug:slug>/", categories.edit, name="category"),
    path(
        "categories/<slug:slug>/attributes/",
        attributes.category_attributes,
        name="category_attributes",
    ),
    path("categories/<slug:slug>/place/", categories.place, name="category_place"),
    path("categories/<slug:slug>/archive/", categories.archive, name="category_archive"),
    path("item/<slug:slug>/", views.product, name="product"),
    path("item/<slug:slug>/save/", views.product_save, name="product_save"),
    path("item/<slug:slug>/shelf/", views.product_shelf, name="product_shelf"),
    path("item/<slug:slug>/copy/", views.product_copy, name="product_copy"),
    path("item/<slug:slug>/archive/", views.product_archive, name="product_archive"),
    path("item/<slug:slug>/history/", history.product_history, name="product_history"),
    path("item/<slug:slug>/restore/", history.product_restore, name="product_restore"),
    path("item/<slug:slug>/attributes/", attributes.product_attributes, name="product_attributes"),
    path("item/<slug:slug>/pictures/", pictures.change, name="product_pictures"),
]
