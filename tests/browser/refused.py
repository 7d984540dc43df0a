"""Forms that are sent so that they come back: what is typed into the form of a page, by face.

A page stands for its type. Names in braces are of the world of tests/web/test_query_counts.py.
"""

from playwright.sync_api import Page

REFUSED: dict[str, dict[str, dict[str, str]]] = {
    "console": {
        "/console/products/new/": {"name": "", "sku-0-price_minor": "x"},
        "/console/products/item/{product}/": {"name": "另一个名字", "revision": "0"},
        "/console/products/bulk/?slug={product}": {},
        "/console/orders/{paid}/ship/": {"tracking_no": "1"},
        "/console/stock/correct/{warehouse}/{sku}/": {"quantity": "x"},
        "/console/imports/new/": {},
        "/console/settings/contact/": {"service_email": "x"},
    },
    "store": {"/checkout/?sku={sku}&quantity=1": {"name": "", "phone": "1"}},
}
# The form in front, else the one with most fields, sent past what the browser itself would refuse
_SEND = """(values) => {
    const home = document.querySelector("dialog:modal") ?? document.querySelector("main");
    const forms = [...home.querySelectorAll("form[method=post]")];
    const form = forms.sort((one, other) => other.elements.length - one.elements.length)[0];
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    form.noValidate = true;
    const buttons = [...form.elements].filter((one) => one.type === "submit");
    form.requestSubmit(buttons.find((one) => one.matches(".btn-primary, #pay")) ?? buttons[0]);
}"""
_TOLD = ".errors, [aria-invalid=true], .alert-error"


def send(page: Page, values: dict[str, str]) -> None:
    """Send the form of a page, and wait until it is back and says what is wrong."""
    assert page.locator(_TOLD).count() == 0
    page.evaluate(_SEND, values)
    page.wait_for_selector(_TOLD, state="attached")
    page.wait_for_load_state()
