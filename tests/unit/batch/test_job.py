from captioner.batch.job import find_photos


def test_photos_and_folders_may_be_mixed(tmp_path):
    for name in ("dog.jpg", "pictures/photo10.jpg", "pictures/photo2.jpg", "pictures/below/cat.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    dog, pictures = str(tmp_path / "dog.jpg"), tmp_path / "pictures"
    found = find_photos(["-", str(pictures), "missing.jpg", dog, pictures.as_uri()])
    inside = [str(pictures / "photo2.jpg"), str(pictures / "photo10.jpg")]
    assert found.photos == ["-", *inside, "missing.jpg", dog, *inside]
    assert found.has_folder
    assert not found.unreadable
    assert find_photos([str(pictures)], recursive=True).photos == [*inside, str(pictures / "below" / "cat.jpg")]
    assert not find_photos([dog], recursive=True).has_folder


def test_a_folder_without_photos_is_reported(tmp_path):
    found = find_photos([str(tmp_path)])
    assert (found.photos, found.has_folder) == ([], True)
    ((name, error),) = found.unreadable
    assert name == str(tmp_path)
    assert str(error).startswith("There is no photo in this folder. Use --recursive")
    ((_, error),) = find_photos([str(tmp_path)], recursive=True).unreadable
    assert str(error) == "There is no photo in this folder."


def test_an_empty_name_is_not_the_current_folder():
    assert find_photos([""]).photos == [""]
