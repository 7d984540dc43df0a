"""The addresses of staff, roles and API keys."""

from django.urls import path

from zhanggui.web.console.people import invites, keys, protection, roles, staff

urlpatterns = [
    path("staff/", staff.people, name="staff"),
    path("staff/<str:username>/edit/", staff.edit, name="staff_edit"),
    path("staff/<str:username>/reset-factors/", protection.reset, name="staff_reset_factors"),
    path("staff/<str:username>/devices/<int:key>/end/", protection.end, name="staff_device_end"),
    path("staff/second-factor/", protection.require, name="staff_second_factor"),
    path("staff/invite/", invites.invite, name="invite"),
    path("staff/invite/<int:invite_id>/withdraw/", invites.withdraw, name="invite_withdraw"),
    path("join/<str:token>/", invites.join, name="join"),
    path("roles/", roles.role_list, name="roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/preview/end/", roles.preview_end, name="preview_end"),
    path("roles/<str:code>/", roles.role_edit, name="role"),
    path("roles/<str:code>/delete/", roles.role_delete, name="role_delete"),
    path("roles/<str:code>/preview/", roles.preview, name="preview"),
    path("api-keys/", keys.key_list, name="api_keys"),
    path("api-keys/new/", keys.key_new, name="api_key_new"),
    path("api-keys/<str:prefix>/revoke/", keys.revoke, name="api_key_revoke"),
]
