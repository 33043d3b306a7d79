"""The command line in processes of its own, as a user runs it."""

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest
from PIL import Image

from captioner import __version__
from captioner.speech.speaker import Event, Speaker

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "captioner"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}


def run(*arguments: object, **options) -> subprocess.CompletedProcess:
    command = [*COMMAND, *(argument if isinstance(argument, bytes) else str(argument) for argument in arguments)]
    return subprocess.run(command, **{"env": ENVIRONMENT, "capture_output": True, "text": True, **options})


def speaking(sound_card, *arguments: object) -> subprocess.CompletedProcess:
    command = [*COMMAND, *map(str, arguments)]
    environment = sound_card.environment(ENVIRONMENT)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    time.sleep(0.3)  # what was in the pipe to the card
    return done


def assert_one_sentence(text: str) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\.\n", text)


def test_prints_the_caption_and_nothing_else(samples, shipped):
    done = run(samples["cat"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == shipped.caption(samples["cat"]).statement + "\n"


def test_prints_the_names_of_several_photos(samples, shipped):
    cat, coffee = samples["cat"], samples["coffee"]
    done = run(cat, coffee)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{cat}: {shipped.caption(cat).statement}\n{coffee}: {shipped.caption(coffee).statement}\n"


def test_takes_file_urls_but_fetches_nothing_from_the_web(samples, shipped):
    done = run(samples["cat"].as_uri(), "https://a.org/cat.jpg")
    assert done.returncode == 1
    assert done.stdout == f"{samples['cat'].as_uri()}: {shipped.caption(samples['cat']).statement}\n"
    sentence = "Captioner never goes online. Download the photo first, then open the file."
    assert done.stderr == f"captioner: https://a.org/cat.jpg: {sentence}\n"


def test_reads_standard_input(samples, shipped):
    done = run("-", input=samples["cat"].read_bytes(), text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == shipped.caption(samples["cat"]).statement + os.linesep


def test_json_contains_the_whole_caption(samples, shipped):
    done = run("--json", samples["cat"], samples["coffee"])
    assert (done.returncode, done.stderr) == (0, "")
    cat, coffee = map(json.loads, done.stdout.splitlines())
    assert [cat["path"], coffee["path"]] == [str(samples["cat"]), str(samples["coffee"])]
    caption = shipped.caption(samples["cat"])
    assert list(cat) == [
        "path",
        "caption",
        "confidence",
        "exactness",
        "statement",
        "log_probability",
        "alternatives",
        "seconds",
    ]
    assert (cat["caption"], cat["statement"]) == (caption.text, caption.statement)
    assert cat["confidence"] == pytest.approx(caption.confidence, rel=1e-4)
    assert cat["exactness"] == pytest.approx(caption.exactness, rel=1e-4)
    assert cat["log_probability"] == pytest.approx(caption.log_probability, rel=1e-6)
    assert {tuple(alternative) for alternative in cat["alternatives"]} == {("caption", "log_probability")}
    assert [alternative["caption"] for alternative in cat["alternatives"]] == [
        alternative.text for alternative in caption.alternatives
    ]
    assert set(cat["seconds"]) == set(caption.seconds)


def test_a_photo_that_fails_does_not_stop_the_others(samples, tmp_path):
    missing, text = tmp_path / "missing.jpg", tmp_path / "text.jpg"
    text.write_text("no photo")
    done = run(missing, samples["cat"], text)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{samples['cat']}: ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == (
        f"captioner: {missing}: There is no such file.\ncaptioner: {text}: This is text, not a photo. Open a photo.\n"
    )


def test_json_reports_a_photo_that_fails(samples):
    done = run("--json", "missing.jpg", samples["cat"], "-", stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    missing, cat, nothing = map(json.loads, done.stdout.splitlines())
    assert missing == {"path": "missing.jpg", "error": "There is no such file."}
    assert cat["path"] == str(samples["cat"])
    assert nothing == {"path": "-", "error": "The file is empty."}
    assert done.stderr.splitlines() == [
        "captioner: missing.jpg: There is no such file.",
        "captioner: -: The file is empty.",
    ]


def test_beam_width_and_threads_take_effect(samples):
    done = run("--json", "--beam-width", 1, "--threads", 1, samples["cat"])
    assert done.returncode == 0
    assert json.loads(done.stdout)["alternatives"] == []
    done = run("--json", "--beam-width=6", samples["cat"])
    assert 3 <= len(json.loads(done.stdout)["alternatives"]) <= 5


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--json"],
        ["--beam-width", "0", "photo.jpg"],
        ["--beam-width", "wide", "photo.jpg"],
        ["--beam-width", "1e9", "photo.jpg"],
        ["--threads", "-1", "photo.jpg"],
        ["--threads", "100000", "photo.jpg"],
        ["--colour", "photo.jpg"],
        ["--save-speech", "speech.wav"],
        ["--save-speech", "photo.jpg", "other.jpg"],
        ["--save-speech", "speech.wav", "photo.jpg", "other.jpg"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(arguments):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: captioner ")


def test_version_and_help():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"captioner {__version__}\n", "")
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for option in ("PHOTO", "--recursive", "--output FILE", "--min-confidence N"):
        assert option in done.stdout
    for option in ("--json", "--beam-width N", "--threads N", "--speak", "--save-speech FILE", "--version"):
        assert option in done.stdout


def test_imports_no_training_and_no_window_and_opens_no_connection(samples):
    code = """if True:
        import sys
        def refuse(event, arguments):
            if event.startswith(("socket.", "urllib.", "http.")):
                raise SystemExit(f"{event} {arguments}")
        sys.addaudithook(refuse)
        from captioner.cli import main
        assert main(sys.argv[1:]) == 0
        assert "captioner.speech.speaker" not in sys.modules
        print(*sorted({name.partition(".")[0] for name in sys.modules}))
    """
    command = [sys.executable, "-c", code, samples["cat"]]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    modules = done.stdout.splitlines()[-1].split()
    assert "numpy" in modules
    assert not {"tensorflow", "keras", "tkinter", "_tkinter", "pyttsx3"} & set(modules)


def test_help_and_version_do_not_wait_for_numpy():
    code = "import sys, captioner.cli; print(*{'numpy', 'PIL', 'ai_edge_litert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout == "\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are text")
def test_prints_a_name_that_is_not_valid_text(samples, tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9\xff.jpg")
    shutil.copy(samples["cat"], path)
    done = run(path, b"missing\xff.jpg")
    assert done.returncode == 1
    assert "caf\\udce9\\udcff.jpg: " in done.stdout
    assert done.stderr == "captioner: missing\\udcff.jpg: There is no such file.\n"
    done = run("--json", path)
    assert os.fsencode(json.loads(done.stdout)["path"]) == path


@pytest.mark.skipif(sys.platform == "win32", reason="no name may hold control characters")
def test_a_name_cannot_control_the_terminal(samples, tmp_path):
    photo = tmp_path / "a\n\x1b[2J\x9b.jpg"
    shutil.copy(samples["cat"], photo)
    done = run(photo, tmp_path / "b\r\n.jpg")
    assert done.stdout.startswith(f"{tmp_path}/a\\n\\x1b[2J\\x9b.jpg: ")
    assert done.stderr == f"captioner: {tmp_path}/b\\r\\n.jpg: There is no such file.\n"


def test_escapes_a_name_that_the_terminal_cannot_show(samples, tmp_path):
    path = tmp_path / "日本.jpg"
    shutil.copy(samples["cat"], path)
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, path, "missing.jpg"], env=environment, capture_output=True, text=True)
    assert "\\u65e5\\u672c.jpg: " in done.stdout
    assert "Traceback" not in done.stderr


def test_prints_each_caption_at_once(samples):
    """The first caption comes before the second photo."""
    with subprocess.Popen(
        [*COMMAND, samples["cat"], "-"], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(os.fsencode(samples["cat"]))
        process.stdin.write(samples["coffee"].read_bytes())
        process.stdin.close()
        assert process.stdout.readline().startswith(b"-: ")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT")
def test_ctrl_c_is_status_130(samples):
    with subprocess.Popen(
        [*COMMAND, samples["cat"], "-"],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait() == 130


@pytest.mark.skipif(sys.platform == "win32", reason="Windows breaks pipes differently")
def test_a_closed_pipe_is_not_reported(samples):
    with subprocess.Popen(
        [*COMMAND, samples["cat"], samples["coffee"]],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_one_sentence(samples):
    with open("/dev/full", "w") as full:
        done = run(samples["cat"], capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr == "captioner: The captions can't be written. The system reports: No space left on device.\n"


def test_missing_weights_are_one_sentence(samples, tmp_path):
    shutil.copytree(ROOT / "captioner", tmp_path / "captioner", ignore=shutil.ignore_patterns("training", "weights"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*COMMAND, samples["cat"]], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    prefix, colon, sentence = done.stderr.partition("captioner: ")
    assert (prefix, colon) == ("", "captioner: ")
    assert_one_sentence(sentence.replace("model.json", "model json"))


def test_speaks_each_caption(samples, sound_card, tmp_path):
    done = speaking(sound_card, "--speak", samples["cat"], samples["coffee"])
    assert (done.returncode, done.stderr) == (0, "")
    spoken = sound_card.sound
    for name in ("cat", "coffee"):
        path = tmp_path / f"{name}.wav"
        saved = speaking(sound_card, "--save-speech", path, samples[name])
        assert (saved.returncode, saved.stderr) == (0, "")
        assert f"{samples[name]}: {saved.stdout}" in done.stdout
        with wave.open(str(path)) as file:
            samples_of_sound = file.readframes(file.getnframes())
        assert samples_of_sound in spoken
    assert sound_card.sound == spoken  # saving is silent


def test_a_doubtful_caption_is_spoken_as_doubtful(samples, shipped, sound_card, tmp_path):
    """Tried with a photo of nothing."""
    photo, path, expected = tmp_path / "grey.png", tmp_path / "speech.wav", tmp_path / "expected.wav"
    Image.new("RGB", (299, 299), "grey").save(photo)
    caption = shipped.caption(photo)
    assert caption.statement != caption.text
    assert speaking(sound_card, "--save-speech", path, photo).returncode == 0
    events = queue.SimpleQueue()
    speaker = Speaker(events.put)
    number = speaker.save(caption.statement, expected)
    while events.get(timeout=60) != Event("finished", number):
        pass
    speaker.close()
    assert path.read_bytes() == expected.read_bytes()


def test_json_is_spoken_and_saved_too(samples, sound_card, tmp_path):
    path = tmp_path / "speech.WAV"
    done = speaking(sound_card, "--json", "--speak", "--save-speech", path, samples["cat"])
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["path"] == str(samples["cat"])
    assert path.read_bytes()[44:] in sound_card.sound


def test_prints_captions_even_if_speech_fails(samples, sound_card):
    sound_card.configuration.write_text("")
    done = speaking(sound_card, "--speak", samples["cat"], samples["coffee"])
    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        str(samples["cat"]),
        str(samples["coffee"]),
    ]
    assert done.stderr.startswith("captioner: No sound can be played (")
    assert_one_sentence(done.stderr.removeprefix("captioner: "))


def test_prints_the_caption_even_if_speech_cannot_be_saved(samples, sound_card, tmp_path):
    path = tmp_path / "missing" / "speech.wav"
    done = speaking(sound_card, "--save-speech", path, samples["cat"])
    assert done.returncode == 1
    assert_one_sentence(done.stdout)
    assert done.stderr == f"captioner: {path} can't be written (No such file or directory).\n"


def test_a_photo_that_fails_is_not_spoken(sound_card, tmp_path):
    path = tmp_path / "speech.wav"
    done = speaking(sound_card, "--speak", "--save-speech", path, "missing.jpg")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "captioner: missing.jpg: There is no such file.\n"
    assert (sound_card.sound, path.exists()) == (b"", False)


def test_ctrl_c_ends_speech(samples, sound_card):
    with subprocess.Popen(
        [*COMMAND, "--speak", samples["cat"], "-"],
        env=sound_card.environment(ENVIRONMENT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while sound_card.seconds() < 0.3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait() == 130
    time.sleep(0.3)  # what was in the pipe to the card
    heard = sound_card.seconds()
    time.sleep(1)
    assert sound_card.seconds() == heard
