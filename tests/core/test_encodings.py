"""Which encoding the bytes of a table are in: told where it is clear, asked where it is not."""

from pathlib import Path

import pytest

from zhanggui.core.tables.encodings import codec_named
from zhanggui.core.tables.reading import open_table
from zhanggui.core.tables.types import FileRefused

CHINESE = "商品编码,名称,售价\nA-1,青瓷茶杯,19.90\nA-2,“龙井”茶叶,128\n"
TAIWAN = "商品編號,名稱,售價\nA,青花瓷茶杯禮盒,10\nB,烏龍茶葉,20\nC,台灣鳳梨酥,30\n"
JAPANESE = "商品コード,商品名,価格\nA,抹茶セット 湯のみ,100\nB,有田焼のお皿,200\n"
KOREAN = "상품코드,상품명,가격\nA,청자 찻잔 세트,100\nB,면 티셔츠 블랙,200\n"
RUSSIAN = "Артикул,Название,Цена\nA,Чашка фарфоровая,100\nB,Чай зелёный,20\n"
FRENCH = "Handle,Title,Price\na,Théière en céramique “Été”,€19\nb,Men’s tee – bleu,20\n"
SPANISH = "SKU,Nombre\na,Cámara ¡Nueva!\nb,Niño pequeño\nc,Edición limitada\n"
GERMAN = "SKU;Bezeichnung\na;Größe Ü\nb;Straße grün\nc;Öl\n"
SIGNS = "SKU,Name\na,Men’s tee\nb,Nike® tee™\nc,Lamp 12” – £10\n"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("gb18030", CHINESE),
        ("gb18030", TAIWAN),
        ("gb18030", "sku,size\na,M码\nb,L码\n"),
        ("gb18030", "sku,name\na,杯\n"),
        ("gb18030", "货号,价格\nA,￥10\n"),
        ("cp950", TAIWAN),
        ("cp932", JAPANESE),
        ("cp949", KOREAN),
        ("cp1251", RUSSIAN),
        ("cp1252", FRENCH),
        ("cp1252", SPANISH),
        ("cp1252", GERMAN),
        ("cp1252", SIGNS),
        ("cp1252", "SKU,Name\na,Café\n"),
        ("mac_roman", FRENCH + "c,Écharpe rayée – “bébé”,9\nd,Boîte à thé,8\n"),
        ("utf-8", FRENCH),
        ("gb18030", "SKU,Name\na,Tee £10\n"),
        ("utf-16-le", CHINESE),
        ("utf-32", CHINESE),
    ],
)
def test_a_table_is_read_as_it_was_written(tmp_path: Path, codec: str, text: str) -> None:
    path = tmp_path / "goods.csv"
    path.write_bytes(text.encode(codec))

    table = open_table(path, knows=len)

    mark = ";" if ";" in text else ","
    read = [table.header, *(record.cells for record in table.records())]
    assert [mark.join(cells) for cells in read] == text.splitlines()
    assert table.codec == codec


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("gb18030", "sku,name\na,喆\n"),
        ("cp949", "sku,name\na,컵\n"),
        ("mac_roman", "SKU,Name\na,Café\n"),
        ("euc_jp", JAPANESE),
        ("koi8-r", RUSSIAN),
        ("cp1250", "SKU,Nazwa\na,Łódź żółta\nb,Gęś świąteczna\n"),
    ],
)
def test_what_is_not_clear_is_asked_and_not_guessed(tmp_path: Path, codec: str, text: str) -> None:
    path = tmp_path / "goods.csv"
    path.write_bytes(text.encode(codec))

    with pytest.raises(FileRefused) as refusal:
        open_table(path, knows=len)

    assert refusal.value.code == "undecodable_file"
    assert "文件编码" in str(refusal.value)


def test_the_encoding_that_somebody_chose_counts(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_bytes("sku,name\na,Łódź żółta\n".encode("cp1250"))

    table = open_table(path, knows=len, codec="cp1250")

    assert [record.cells for record in table.records()] == [("a", "Łódź żółta")]


def test_one_damaged_character_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    whole = CHINESE.encode("gb18030") * 3
    path.write_bytes(whole + "A-3,茶".encode("gb18030")[:-1] + b",5\n" + whole)

    with pytest.raises(FileRefused) as refusal:
        open_table(path, knows=len)

    assert "第 10 行" in str(refusal.value)
    assert "GB18030" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(("GBK", "gb18030"), ("gb2312", "gb18030"), ("Big5", "cp950"), ("UTF8", "utf-8")),
        *(("windows-1252", "cp1252"), ("ISO-8859-1", "cp1252"), ("Shift_JIS", "cp932")),
        *(("utf-16", "utf-16-le"), ("euc-kr", "cp949"), ("macintosh", "mac_roman")),
        *(("rot13", ""), ("klingon", ""), ("", "")),
    ],
)
def test_encodings_are_known_by_their_usual_names(name: str, codec: str) -> None:
    assert codec_named(name) == codec
