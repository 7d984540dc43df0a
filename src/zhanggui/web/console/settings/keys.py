"""WeChat Pay's keys: entered, and tried at WeChat Pay."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhanggui.accounts import queries as accounts
from zhanggui.core.types import Refusal
from zhanggui.payments import queries, services
from zhanggui.payments.types import MerchantAccountView
from zhanggui.web.access import allowed, staff_actor
from zhanggui.web.clients import public_url
from zhanggui.web.console.pages import page
from zhanggui.web.console.settings import words
from zhanggui.web.console.settings.forms import KeysForm


@allowed("settings", "keys")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show what is known of the keys, and take new ones."""
    account = queries.merchant_account()
    form = KeysForm(request.POST if request.method == "POST" else None, initial=_known(account))
    if form.is_valid():
        try:
            services.save_keys(
                values=form.cleaned_data, actor=staff_actor(request), now=timezone.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("密钥已加密保存。现在检查一下能不能用。"))
            return redirect("console:settings_keys")
    changed_by = {account.changed_by} if account and account.changed_by else set()
    context = {
        "form": form,
        "account": account,
        "changed_by": next(iter(accounts.user_names(user_ids=changed_by).values()), ""),
    }
    status = 422 if form.is_bound else 200
    return page(request, "console/settings/keys.html", context, status=status)


def _known(account: MerchantAccountView | None) -> dict[str, str]:
    if account is None:
        return {}
    names = ("mchid", "appid", "serial", "public_key_id", "public_key_pem")
    return {name: getattr(account, name) for name in names}


@require_POST
@allowed("settings", "keys")
def check(request: HttpRequest) -> HttpResponse:
    """Try the keys at WeChat Pay and say what it answered."""
    found = services.check_keys(
        notify_url=public_url(request) + reverse("store:pay-notify"), now=timezone.now()
    )
    tell = messages.success if found.is_good else messages.error
    tell(request, words.check_text(found))
    return redirect("console:settings_keys")
