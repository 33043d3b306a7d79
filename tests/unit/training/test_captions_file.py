"""captions.txt in every form that people and their programs give it."""

from pathlib import Path

import pytest

from captioner.training.captions_file import DatasetError, read_captions


def read(folder: Path, content: str | bytes) -> list[tuple[str, str]]:
    path = folder / "captions.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(row.photo, row.caption) for row in read_captions(path)]


@pytest.mark.parametrize(
    ("written", "caption"),
    [
        ("A black dog, a white cat, and a man.", "A black dog, a white cat, and a man."),
        ('"A black dog, a white cat, and a man."', "A black dog, a white cat, and a man."),
        (' "A dog, wet." ', "A dog, wet."),
        ('"A sign says ""Stop"", a man waits."', 'A sign says "Stop", a man waits.'),
        ('A sign says "Stop", a man waits.', 'A sign says "Stop", a man waits.'),
        ('A man says, "come here', 'A man says, "come here'),
        ('"Stop", says the sign.', '"Stop", says the sign.'),
        ('"Free hugs" says the sign.', '"Free hugs" says the sign.'),
        ('"A dog\nruns"', "A dog runs"),
        ('"A dog\r\n\r\nruns, wet"', "A dog runs, wet"),
        ("A dog\u2028runs\u0085on\x0bgrass\x0c.", "A dog runs on grass ."),
        ("A dog's ball; red\tand blue", "A dog's ball; red and blue"),
        ("", ""),
        ('""', ""),
        ("a" * 200_000, "a" * 200_000),
        ('"' + "a, " * 70_000 + '"', ("a, " * 70_000).strip()),
    ],
)
def test_a_caption_is_read_whole_whether_quoted_or_not(tmp_path: Path, written: str, caption: str) -> None:
    rows = [("1.jpg", "A cat."), ("2.jpg", caption), ("3.jpg", "A bird.")]
    assert read(tmp_path, f"image,caption\n1.jpg,A cat.\n2.jpg,{written}\n3.jpg,A bird.\n") == rows
    assert read(tmp_path, f"image,caption\r\n1.jpg,A cat.\r\n2.jpg,{written}\r\n3.jpg,A bird.") == rows


@pytest.mark.parametrize(
    "table",
    [
        "image,caption\n1.jpg,A dog, wet.\n2.png,A café.\n",
        "Image, Caption\n1.jpg, A dog, wet.\n2.png, A café.\n",
        '"image","caption"\n"1.jpg","A dog, wet."\n"2.png","A café."\n',
        "caption,image\nA dog, wet.,1.jpg\nA café.,2.png\n",
        'caption,image\n"A dog, wet.",1.jpg\n"A café.","2.png"\n',
        ",image,caption\n0,1.jpg,A dog, wet.\n1,2.png,A café.\n",
        'image,caption,split\n1.jpg,"A dog, wet.",train\n2.png,A café.,dev\n',
        "image,caption,,\n1.jpg,A dog, wet.,,\n2.png,A café.,,\n",
        "image;caption\n1.jpg;A dog, wet.\n2.png;A café.\n",
        "image\tcaption\n1.jpg\tA dog, wet.\n2.png\tA café.\n",
        "1.jpg,A dog, wet.\n2.png,A café.\n",
        "1.jpg\tA dog, wet.\n2.png\tA café.\n",
        "\n\nimage,caption\n\n1.jpg ,A dog, wet.\n  \n,\n2.png,A café.",
        "image,caption\r1.jpg,A dog, wet.\r2.png,A café.\r",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_header_separator_and_encoding(tmp_path: Path, table: str, encoding: str) -> None:
    assert read(tmp_path, table.encode(encoding)) == [("1.jpg", "A dog, wet."), ("2.png", "A café.")]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ('1.jpg,A cat.\n2.jpg,"A dog.\n3.jpg,A bird.\n', 3),
        ('1.jpg,"A cat."\n2.jpg,"A dog.\n3.jpg,"A bird."\n', 3),
        ('1.jpg,"A cat.\n', 2),
        ('1.jpg,"A cat.\n2.jpg,A sign says "stop"\n', 2),
        ('1.jpg,"A cat\n' + "and so on\n" * 100_000, 2),
        ('"1.jpg","A cat."\n"2.jpg","A dog.\n"3.jpg","A bird."\n', 3),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_an_error_that_names_the_line(
    tmp_path: Path, rows: str, line: int
) -> None:
    with pytest.raises(DatasetError, match=rf"captions\.txt, line {line}: .* not closed"):
        read(tmp_path, f"image,caption\n{rows}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with the line image,caption"),
        ("\n\n", "does not begin with the line image,caption"),
        ("photo,text\na.jpg,A dog .\n", "does not begin with the line image,caption"),
        ("image,caption\na.jpg\n", "line 2"),
        ("image,caption,split\na.jpg,A dog.,dev\n\nb.jpg,A dog.\n", "line 4"),
    ],
)
def test_captions_that_are_not_a_table(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read(tmp_path, text)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="captions.txt can't be read"):
        read_captions(tmp_path / "captions.txt")
