"""Sign-in codes: who gets one, how often, and what a wrong guess costs."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from tests.factories.shop import HANGZHOU, NOON
from tests.parallel import together

from zhanggui.accounts.models import User
from zhanggui.core.phones import InvalidPhone
from zhanggui.customers import services
from zhanggui.customers.models import CodeGate, Customer, PhoneCode
from zhanggui.customers.types import CodeRefused, SentCode

PHONE = "13800001234"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def asked(*, phone: str = PHONE, client: str = "203.0.113.7", now: datetime = NOON) -> SentCode:
    return services.issue_code(phone=phone, client=client, now=now)


def sign_in(code: str, *, phone: str = PHONE, now: datetime = NOON) -> int:
    return services.sign_in_by_code(phone=phone, code=code, now=now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
def test_a_code_has_six_digits_and_goes_to_the_number_in_one_form() -> None:
    sent = asked(phone="138 0000 1234")

    assert re.fullmatch(r"[0-9]{6}", sent.code)
    assert sent.phone == "+8613800001234"


@pytest.mark.django_db
def test_the_database_holds_neither_code_nor_phone_nor_client() -> None:
    sent = asked()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_phonecode")
        cells = [str(cell) for row in cursor.fetchall() for cell in row]
        cursor.execute("SELECT * FROM customers_codegate")
        cells += [str(cell) for row in cursor.fetchall() for cell in row]
    texts = [cell for cell in cells if not cell.isdigit()]  # row ids hold any digits
    assert not [t for t in texts if t == sent.code or "13800001234" in t or "203.0.113.7" in t]
    assert PhoneCode.objects.get().code_hash != sent.code


@pytest.mark.django_db
def test_no_number_no_code() -> None:
    with pytest.raises(InvalidPhone):
        asked(phone="12345")

    assert not PhoneCode.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "is_sent"), [(59 * SECOND, False), (60 * SECOND, True), (0 * SECOND, False)]
)
def test_a_phone_gets_one_code_a_minute(later: timedelta, is_sent: bool) -> None:
    asked()

    if is_sent:
        asked(client="198.51.100.9", now=NOON + later)
    else:
        with pytest.raises(CodeRefused, match="等一分钟") as refusal:
            asked(client="198.51.100.9", now=NOON + later)
        assert (refusal.value.code, refusal.value.status) == ("code_refused", 409)

    assert PhoneCode.objects.count() == 1 + is_sent


@pytest.mark.django_db
def test_a_client_may_ask_for_two_phones_in_one_minute() -> None:
    asked()
    asked(phone="13800005678")

    assert PhoneCode.objects.count() == 2


@pytest.mark.django_db
def test_a_phone_gets_ten_codes_a_day_from_wherever_it_asks() -> None:
    for n in range(10):
        asked(client=f"client {n}", now=NOON + n * MINUTE)

    with pytest.raises(CodeRefused, match="今天的验证码已用完"):
        asked(client="client 10", now=NOON + 10 * MINUTE)
    assert PhoneCode.objects.count() == 10
    asked(phone="13800005678", client="client 10", now=NOON + 10 * MINUTE)
    with pytest.raises(CodeRefused):
        asked(client="client 11", now=NOON + DAY - SECOND)
    asked(client="client 11", now=NOON + DAY)


@pytest.mark.django_db
def test_a_client_gets_ten_codes_a_day_for_whatever_phones() -> None:
    for n in range(10):
        asked(phone=f"1380000{n:04d}")

    with pytest.raises(CodeRefused, match="今天的验证码已用完"):
        asked(phone="13800009999")
    assert PhoneCode.objects.count() == 10
    asked(phone="13800009999", client="198.51.100.9")


@pytest.mark.django_db
def test_a_refused_request_does_not_put_the_next_one_off() -> None:
    for n in range(10):
        asked(phone=f"1380000{n:04d}")
    with pytest.raises(CodeRefused):
        asked(phone="13800009999")

    assert asked(phone="13800009999", client="198.51.100.9", now=NOON + SECOND).code


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_for_one_phone_one_sends_a_code() -> None:
    def request(n: int) -> Callable[[], SentCode]:
        return lambda: asked(client=f"client {n}")

    results = together([request(n) for n in range(8)])

    assert [type(each) for each in results].count(SentCode) == 1
    assert [type(each) for each in results].count(CodeRefused) == 7
    assert PhoneCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_of_one_client_ten_send_a_code() -> None:
    for n in range(6):
        asked(phone=f"1380000{n:04d}", now=NOON - MINUTE)

    def request(n: int) -> Callable[[], SentCode]:
        return lambda: asked(phone=f"1380000{n:04d}")

    results = together([request(n) for n in range(10, 18)])

    assert [type(each) for each in results].count(SentCode) == 4
    assert [type(each) for each in results].count(CodeRefused) == 4
    assert PhoneCode.objects.count() == 10


@pytest.mark.django_db
def test_the_right_code_signs_in_a_new_shopper() -> None:
    user_id = sign_in(asked().code)

    user, customer = User.objects.get(), Customer.objects.get()
    assert (user.pk, user.role, user.has_usable_password()) == (user_id, "", False)
    assert (customer.user_id, customer.phone) == (user_id, "+8613800001234")


@pytest.mark.django_db
@pytest.mark.parametrize("shape", [" {} ", "{}\n", "full width"])
def test_a_code_may_be_typed_as_keyboards_do(shape: str) -> None:
    code = asked().code
    if shape == "full width":
        typed = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    else:
        typed = shape.format(code)

    assert sign_in(typed) == User.objects.get().pk


@pytest.mark.django_db
def test_signing_in_again_is_the_same_shopper() -> None:
    first = sign_in(asked().code)

    second = sign_in(asked(now=NOON + MINUTE).code, phone="+86 13800001234", now=NOON + MINUTE)

    assert first == second
    assert (User.objects.count(), Customer.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_guest_becomes_the_shopper_with_all_that_hangs_on_it() -> None:
    (guest_id,) = services.make_guests(addresses=[HANGZHOU], now=NOON).values()

    user_id = sign_in(asked().code)

    guest = Customer.objects.get()
    assert (guest.pk, guest.user_id, guest.name) == (guest_id, user_id, "陈晓琳")


@pytest.mark.django_db
def test_a_code_works_once() -> None:
    code = asked().code
    sign_in(code)

    with pytest.raises(CodeRefused):
        sign_in(code)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "is_good"), [(5 * MINUTE - SECOND, True), (5 * MINUTE, False), (DAY, False)]
)
def test_a_code_lives_five_minutes(later: timedelta, is_good: bool) -> None:
    code = asked().code

    if is_good:
        assert sign_in(code, now=NOON + later)
    else:
        with pytest.raises(CodeRefused):
            sign_in(code, now=NOON + later)
        assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("guess", ["", "12345", "1234567", "abcdef", "茶", "\x00", "９９９"])
def test_what_is_no_code_is_wrong(guess: str) -> None:
    asked()

    with pytest.raises(CodeRefused, match="验证码不对"):
        sign_in(guess)

    assert PhoneCode.objects.get().tries == 1
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_code_of_another_phone_is_wrong() -> None:
    mine = asked().code
    other = asked(phone="13800005678").code

    if mine != other:
        with pytest.raises(CodeRefused):
            sign_in(other)
    assert sign_in(mine)


@pytest.mark.django_db
def test_the_fifth_try_may_be_right_and_the_sixth_may_not() -> None:
    code = asked().code
    for _ in range(4):
        with pytest.raises(CodeRefused):
            sign_in(wrong(code))
    assert sign_in(code)

    again = asked(now=NOON + MINUTE).code
    for _ in range(5):
        with pytest.raises(CodeRefused):
            sign_in(wrong(again), now=NOON + MINUTE)
    with pytest.raises(CodeRefused):
        sign_in(again, now=NOON + MINUTE)
    assert PhoneCode.objects.order_by("-id").first().tries == 5  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_new_code_ends_the_one_before() -> None:
    old = asked().code
    new = asked(now=NOON + MINUTE).code

    if old != new:
        with pytest.raises(CodeRefused):
            sign_in(old, now=NOON + MINUTE)
    assert sign_in(new, now=NOON + MINUTE)


@pytest.mark.django_db
def test_a_spent_code_gives_no_five_more_tries_at_the_one_before() -> None:
    old = asked().code
    new = asked(now=NOON + MINUTE).code
    for _ in range(5):
        with pytest.raises(CodeRefused):
            sign_in(wrong(new), now=NOON + MINUTE)

    with pytest.raises(CodeRefused):
        sign_in(old, now=NOON + MINUTE)

    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_counted_one_by_one() -> None:
    code = asked().code
    guesses = [f"{(int(code) + n) % 1_000_000:06d}" for n in range(1, 11)]

    def guess(typed: str) -> Callable[[], int]:
        return lambda: sign_in(typed)

    results = together([guess(typed) for typed in guesses])

    assert {type(each) for each in results} == {CodeRefused}
    assert PhoneCode.objects.get().tries == 5
    with pytest.raises(CodeRefused):
        sign_in(code)


@pytest.mark.django_db(transaction=True)
def test_a_right_code_given_twice_at_once_signs_in_once() -> None:
    code = asked().code

    results = together([lambda: sign_in(code)] * 4)

    assert [type(each) for each in results].count(int) == 1
    assert [type(each) for each in results].count(CodeRefused) == 3
    assert (User.objects.count(), Customer.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_try_is_never_counted_inside_a_transaction_that_could_forget_it() -> None:
    code = asked().code

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        sign_in(code)

    assert PhoneCode.objects.get().tries == 0


@pytest.mark.django_db
@pytest.mark.parametrize("tries", [-1, 6])
def test_the_database_itself_refuses_a_sixth_try(tries: int) -> None:
    asked()

    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneCode.objects.update(tries=tries)

    assert PhoneCode.objects.get().tries == 0


@pytest.mark.django_db
def test_a_phone_and_a_client_have_one_gate_each() -> None:
    asked()
    asked(now=NOON + MINUTE)

    keys = CodeGate.objects.values_list("key", flat=True)
    assert sorted(key.partition(":")[0] for key in keys) == ["client", "phone"]
    assert [str(gate) for gate in CodeGate.objects.order_by("key")] == ["client", "phone"]


@pytest.mark.django_db
def test_codes_of_days_ago_are_forgotten_and_todays_still_count() -> None:
    asked(phone="13900005678", client="203.0.113.8", now=NOON - 3 * DAY)
    sent = asked(now=NOON - SECOND)

    services.forget_codes(now=NOON)

    assert (PhoneCode.objects.count(), CodeGate.objects.count()) == (1, 2)
    with pytest.raises(CodeRefused):
        asked()
    assert sign_in(sent.code)
