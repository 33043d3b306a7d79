"""What a blind user hears, with real widgets and real keys: every utterance in order."""

import queue
import shutil
import subprocess
import time
import tkinter as tk
from tkinter import filedialog, messagebox, ttk

import numpy as np
import pytest

from captioner.caption import Alternative, Caption, Word
from captioner.gui.accessibility.self_voicing import SelfVoicing, describe
from captioner.gui.voice import Voice
from captioner.gui.widgets.caption_view import CaptionView
from captioner.speech.speaker import Event

TIMEOUT = 60.0  # seconds, after which a test counts as hung


class Desk:
    """A window whose user presses keys, and everything that is spoken."""

    def __init__(self, root: tk.Tk):
        self.root = root
        self.said: list[str] = []
        self.notices: list[str] = []
        self.events: queue.Queue[Event] = queue.Queue()
        self.ended: list[str] = []  # how each utterance ended, "finished" or "stopped"
        self.voice = Voice(self.notices.append, self.events.put, self.said.append)
        self.voicing = SelfVoicing(root, self.voice, on=True)
        root.title("Captioner")
        self.drain()

    def open(self, widget: tk.Misc) -> None:
        """Show the window with the focus in a widget, and wait until that is spoken."""
        widget.focus()
        self.wait_until(lambda: self.said and self.said[-1].startswith("Captioner. "))

    def drain(self) -> None:
        """Handle the events of speech, as the program does."""
        while not self.events.empty():
            event = self.events.get()
            self.voice.handle(event)
            self.ended += [event.kind] if event.kind in ("finished", "stopped") else []
        self.root.after(5, self.drain)

    def wait_until(self, true) -> None:
        end = time.monotonic() + TIMEOUT
        while not true():
            assert time.monotonic() < end, self.said
            self.root.update()
            time.sleep(0.002)

    def press(self, *keys: str) -> None:
        """Press keys, each after something was spoken for the one before. Also works in modal dialogs."""
        left = ["", *keys]
        end = time.monotonic() + TIMEOUT

        def next_key(count: int, again: float) -> None:
            heard, late = len(self.said) > count, time.monotonic() > again
            if heard:
                del left[0]
            if not left:
                left.append("done")
                return
            if time.monotonic() > end:
                self.root.destroy()  # and any dialog that waits for an answer
                raise TimeoutError(self.said)
            if heard or late:  # a busy window manager loses a key while a window opens
                count, again = len(self.said), time.monotonic() + TIMEOUT / 4
                subprocess.Popen(["xdotool", "key", "--delay", "30", left[0]]).wait()
            self.root.after(5, next_key, count, again)

        next_key(-1, end)
        self.wait_until(lambda: left == ["done"])

    def touch(self, key: str) -> None:
        """Press a key after which nothing may be spoken."""
        released: list[tk.Event] = []
        self.root.bind(f"<KeyRelease-{key}>", released.append)
        subprocess.Popen(["xdotool", "key", key]).wait()
        self.wait_until(lambda: released)
        end = time.monotonic() + 0.05
        self.wait_until(lambda: time.monotonic() > end)

    def heard(self) -> list[str]:
        """What was spoken since the last call."""
        said, self.said[:] = list(self.said), []
        return said


@pytest.fixture
def desk(root, sound_card):
    if not shutil.which("xdotool"):
        pytest.skip("no xdotool (Debian package xdotool)")
    desk = Desk(root)
    yield desk
    desk.voice.close()


def test_start(desk):
    """The window's name and how to get help, and after that the widget that has the focus."""
    button = ttk.Button(desk.root, text="Open")
    button.pack()
    desk.voicing.on = False
    button.focus()
    desk.wait_until(desk.root.focus_displayof)
    desk.voicing.on = True
    desk.voicing.greet()
    desk.wait_until(lambda: len(desk.said) > 1)
    assert desk.heard() == ["Captioner. Press F1 for help.", "Open, button"]


def test_start_before_the_window_has_the_focus(desk):
    button = ttk.Button(desk.root, text="Open")
    button.pack()
    desk.voicing.greet()
    button.focus()
    desk.wait_until(lambda: len(desk.said) > 1)
    assert desk.heard() == ["Captioner. Press F1 for help.", "Open, button"]


def test_tab_through_controls(desk):
    size = tk.DoubleVar(value=100)
    sure, theme = tk.BooleanVar(value=True), tk.StringVar(value="dark")
    frame = ttk.Frame(desk.root)
    frame.pack()
    widgets = [
        ttk.Button(frame, text="Open"),
        ttk.Button(frame, text="Save", state="disabled"),
        ttk.Checkbutton(frame, text="Speak captions", variable=sure),
        tk.Checkbutton(frame, text="Attention"),
        ttk.Radiobutton(frame, text="Light", variable=theme, value="light"),
        tk.Radiobutton(frame, text="Dark", variable=theme, value="dark"),
        ttk.Label(frame, text="Text size:"),
        ttk.Scale(frame, from_=75, to=300, variable=size),
        ttk.Label(frame, text="Beam width"),
        ttk.Spinbox(frame, from_=1, to=9),
        ttk.Label(frame, text="Voice"),
        ttk.Combobox(frame, values=["English", "German"], state="readonly"),
        ttk.Label(frame, text="Name"),
        ttk.Entry(frame),
        tk.Text(frame, height=2, takefocus=True),
        ttk.Menubutton(frame, text="More", takefocus=True),
    ]
    for widget in widgets:
        widget.pack()
    by_class = {widget.winfo_class(): widget for widget in widgets}
    by_class["TSpinbox"].set(3)
    by_class["TCombobox"].set("German")
    by_class["Text"].insert("1.0", "A dog runs.")
    by_class["Text"].configure(state="disabled")
    describe(widgets[0], shortcut="Ctrl+O")
    describe(by_class["TScale"], value=lambda: f"{size.get():.0f} percent")
    describe(by_class["Text"], "Caption")
    desk.open(widgets[0])
    desk.press(*["Tab"] * 12)
    assert desk.heard() == [
        "Captioner. Open, button, Control O",
        "Speak captions, check box, checked",
        "Attention, check box, not checked",
        "Light, radio button, not selected",
        "Dark, radio button, selected",
        "Text size, slider, 100 percent",
        "Beam width, spin box, 3",
        "Voice, combo box, German",
        "Name, text field, blank",
        "Caption, text, read only, A dog runs.",
        "More, menu button",
        "Open, button, Control O",
        "Speak captions, check box, checked",
    ]
    desk.press("shift+Tab")
    assert desk.heard() == ["Open, button, Control O"]


@pytest.mark.parametrize("kind", [ttk.Checkbutton, tk.Checkbutton])
def test_check(desk, kind):
    speak = tk.BooleanVar(desk.root, value=True)
    button = kind(desk.root, text="Speak captions", variable=speak)
    button.pack()
    desk.open(button)
    desk.press("space", "space")
    assert desk.heard()[1:] == ["not checked", "checked"]


def test_change_values(desk):
    """Only the change is spoken."""
    size = tk.DoubleVar(value=100)
    scale = ttk.Scale(desk.root, from_=75, to=300, variable=size)
    spin = ttk.Spinbox(desk.root, from_=1, to=9)
    spin.set(3)
    tabs = ttk.Notebook(desk.root)
    for title in ("Voice", "Screen"):
        tabs.add(ttk.Frame(tabs), text=title)
    for widget in (scale, spin, tabs):
        widget.pack()
    describe(scale, "Text size", value=lambda: f"{size.get():.0f} percent")
    desk.open(scale)
    desk.press("Right", "Left", "Tab", "Up", "Down", "Tab", "Right")
    assert desk.heard()[1:] == [
        "101 percent",
        "100 percent",
        "spin box, 3",
        "4",
        "3",
        "tabs, Voice, 1 of 2",
        "Screen, 2 of 2",
    ]


def test_a_value_that_changes_by_itself_is_not_spoken(desk):
    text = tk.StringVar(value="Copy")
    button = ttk.Button(desk.root, textvariable=text, command=lambda: desk.voicing.say("Copied."))
    button.pack()
    desk.open(button)
    text.set("Save")
    desk.touch("Shift_L")
    desk.press("space")
    assert desk.heard()[1:] == ["Copied."]


def test_a_button_that_becomes_unavailable(desk):
    button = ttk.Button(desk.root, text="Next", command=lambda: button.configure(state="disabled"))
    button.pack()
    desk.open(button)
    desk.press("space")
    assert desk.heard()[1:] == ["unavailable"]


def test_combo_box(desk):
    """Each value on the way through the list, and the chosen one at the end."""
    box = ttk.Combobox(desk.root, values=["English", "German", "French"], state="readonly")
    box.current(0)
    describe(box, "Voice")
    box.pack()
    desk.open(box)
    desk.press("Down", "Down", "Down", "Return")
    assert desk.heard()[1:] == [
        "English, 1 of 3",
        "German, 2 of 3",
        "French, 3 of 3",
        "Voice, combo box, French",
    ]


def test_list(desk):
    """Items with their positions; in a ttk.Treeview with all columns of a row."""
    names = tk.Listbox(desk.root)
    names.insert("end", "A dog runs.", "A cat sleeps.")
    names.activate(0)
    describe(names, "Other captions")
    rows = ttk.Treeview(desk.root, columns=("caption",))
    for photo, caption in ("dog.jpg", "A dog runs."), ("cat.jpg", "A cat sleeps."):
        rows.insert("", "end", text=photo, values=(caption,))
    rows.focus(rows.get_children()[0])
    describe(rows, "History")
    for widget in (names, rows):
        widget.pack()
    desk.open(names)
    desk.press("Down", "Tab", "Down")
    assert desk.heard()[1:] == [
        "A cat sleeps, 2 of 2",
        "History, list, dog.jpg, A dog runs, 1 of 2",
        "cat.jpg, A cat sleeps, 2 of 2",
    ]


def test_type(desk):
    """Letters, each word when it is complete, and punctuation by its name."""
    entry = ttk.Entry(desk.root)
    entry.pack()
    desk.open(entry)
    desk.press("d", "o", "g", "space", "minus", "BackSpace", "Left", "Left", "Home", "ctrl+Right", "End", "shift+Home")
    desk.press("d", "BackSpace")
    assert desk.heard()[1:] == [
        *("d", "o", "g", "dog"),
        *("minus", "minus, deleted"),
        *("space", "g", "dog", "space", "end", "dog , selected"),
        *("d", "d, deleted"),
    ]


def test_read_a_text(desk):
    """By lines, words and letters."""
    text = tk.Text(desk.root)
    text.insert("1.0", "Open a photo:\nControl O\n\nQuit: Control Q")
    text.mark_set("insert", "1.0")
    text.configure(state="disabled", takefocus=True)
    describe(text, "Help")
    text.pack()
    desk.open(text)
    desk.press("Down", "Right", "ctrl+Right", "Down", "Down", "Up", "Up", "Up")
    assert desk.heard()[1:] == [
        *("Control O", "o", "O", "blank", "Quit: Control Q"),
        *("blank", "Control O", "Open a photo:"),
    ]


def test_menus(desk):
    """Each menu and entry with its kind and shortcut. Unavailable ones are skipped, as Tk does."""
    checked, theme = tk.BooleanVar(desk.root, True), tk.StringVar(desk.root, "dark")
    bar = tk.Menu(desk.root)
    file, view, themes = (tk.Menu(bar, tearoff=False) for _ in range(3))
    bar.add_cascade(label="File", menu=file, underline=0)
    bar.add_cascade(label="View", menu=view)
    file.add_command(label="Open…", accelerator="Ctrl+O", command=lambda: desk.voicing.say("Opened."))
    file.add_command(label="Save", state="disabled")
    file.add_separator()
    file.add_command(label="Quit", accelerator="Ctrl+Q")
    view.add_checkbutton(label="Where it looked", variable=checked)
    view.add_cascade(label="Theme", menu=themes)
    for value in "light", "dark":
        themes.add_radiobutton(label=value.capitalize(), variable=theme, value=value)
    desk.root.configure(menu=bar)
    button = ttk.Button(desk.root, text="Copy")
    button.pack()
    desk.open(button)
    desk.press("F10", "Down", "Down", "Right", "Down", "Right", "Down", "Escape", "Escape", "alt+f", "Return")
    assert desk.heard()[1:] == [
        "File, menu, 1 of 2. Open…, Control O, 1 of 3",
        "Quit, Control Q, 3 of 3",
        "Open…, Control O, 1 of 3",
        "View, menu, 2 of 2. Where it looked, checked, 1 of 2",
        "Theme, menu, 2 of 2",
        "Light, not selected, 1 of 2",
        "Dark, selected, 2 of 2",
        "Theme, menu, 2 of 2",
        "Copy, button",
        "File, menu, 1 of 2. Open…, Control O, 1 of 3",
        "Opened.",
    ]


def test_message_box(desk):
    """The title, the message and the button, and after that the window again."""

    def complain() -> None:
        messagebox.showerror("No photo", "The photo cannot be read.", detail="Try another one.", parent=desk.root)

    button = ttk.Button(desk.root, text="Open", command=complain)
    button.pack()
    desk.open(button)
    desk.press("space", "space")
    assert desk.heard()[1:] == [
        "No photo, dialog. The photo cannot be read. Try another one. OK, button",
        "Captioner. Open, button",
    ]


def test_a_window_that_gives_the_focus_away_late(desk):
    """The widget that gets the focus does not interrupt the title."""

    def show() -> None:
        window = tk.Toplevel(desk.root)
        window.title("Settings")
        entry = ttk.Entry(window)
        entry.pack()
        window.bind("<FocusIn>", lambda event: event.widget == window and window.after(60, entry.focus))
        window.focus_force()
        window.bind("<Escape>", lambda event: window.destroy())

    button = ttk.Button(desk.root, text="Settings", command=show)
    button.pack()
    desk.open(button)
    desk.press("space", "Escape")
    assert desk.heard()[1:] == ["Settings, dialog. text field, blank", "Captioner. Settings, button"]


def test_a_window_that_keeps_the_focus(desk):
    def show() -> None:
        window = tk.Toplevel(desk.root)
        describe(window, "Please wait", value="The photos are saved.")
        window.focus_force()

    button = ttk.Button(desk.root, text="Save", command=show)
    button.pack()
    desk.open(button)
    desk.press("space")
    assert desk.heard()[1:] == ["Please wait, dialog. The photos are saved."]


def test_the_mouse(desk):
    button = ttk.Checkbutton(desk.root, text="Speak captions")
    button.state(["!alternate"])
    button.pack(padx=50, pady=50)
    desk.root.bind("<Button-1>", lambda event: button.focus())
    desk.open(button)
    x, y = button.winfo_rootx() + 20, button.winfo_rooty() + 10
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)
    desk.wait_until(lambda: len(desk.said) > 1)
    assert desk.heard()[1:] == ["checked"]


def test_file_dialog(desk, tmp_path):
    """Tk's own dialog can be used without seeing it."""
    for name in "cat.jpg", "dog.jpg":
        (tmp_path / name).touch()
    chosen = []

    def choose() -> None:
        chosen.append(filedialog.askopenfilename(initialdir=tmp_path, title="Open photo", parent=desk.root))

    button = ttk.Button(desk.root, text="Open", command=choose)
    button.pack()
    desk.open(button)
    desk.press("space", "shift+Tab", "Down", "Down", "Return")
    assert desk.heard()[1:] == [
        "Open photo, dialog. File name, text field, blank",
        "Files, list, none of 2 selected",
        "cat.jpg, 1 of 2",
        "dog.jpg, 2 of 2",
        "Captioner. Open, button",
    ]
    assert chosen == [str(tmp_path / "dog.jpg")]


def test_exploring_a_caption(desk):
    """Word by word, then the confidence, and then the other captions."""
    view = CaptionView(desk.root)
    view.pack(fill="both", expand=True)
    desk.root.geometry("600x400")
    weights = np.zeros((10, 10), np.float32)
    weights[4:6, 1] = 1
    words = tuple(Word(word, -1.0, weights) for word in ("a", "dog", "runs"))
    others = tuple(Alternative(text, -2.0) for text in ("A cat runs.", "A dog sleeps."))
    view.show(Caption("A dog runs.", words, -3.0, 0.7, others, {}))
    describe(view.statement, "Caption")
    describe(view.alternatives, "Other captions", "list", value=view.alternatives.spoken_value)
    desk.open(view.statement)
    desk.press("Right", "Right", "End", "Left", "Tab", "Tab", "Down", "Up", "Up")
    assert desk.heard() == [
        "Captioner. Caption, text, read only, Probably: a dog runs.",
        *("Probably", "a", "runs: left, in the middle, narrow", "dog: left, in the middle, narrow"),
        "Confidence: about 7 in 10.",
        "Other captions, list, read only, A cat runs, 1 of 2",
        "A dog sleeps, 2 of 2",
        "A cat runs, 1 of 2",
        "Caption, text, read only, Probably: a dog runs.",
    ]


def test_a_caption_that_disappears_does_not_count_as_deleted(desk):
    """Nor does the next one count as a change of the text: it is spoken anyway."""
    view = CaptionView(desk.root)
    view.pack(fill="both", expand=True)
    view.show(Caption("A dog runs.", (Word("dog", -1.0, None),), -3.0, 1.0, (), {}))
    view.statement.bind("<Next>", lambda event: view.show(None))
    view.statement.bind("<Prior>", lambda event: view.show(Caption("A cat.", (), -1.0, 1.0, (), {})))
    desk.open(view.statement)
    for key in "Next", "Prior":
        desk.touch(key)
        desk.press()
    assert len(desk.heard()) == 1


def test_words_under_the_mouse_are_not_spoken(desk):
    view = CaptionView(desk.root)
    view.pack(fill="both", expand=True)
    desk.root.geometry("600x400")
    view.show(Caption("A dog runs.", (Word("dog", -1.0, np.ones((10, 10), np.float32)),), -3.0, 1.0, (), {}))
    desk.open(view.statement)
    desk.press("End", "Home")
    x, y, width, height = view.statement.bbox("1.2")
    x, y = x + view.statement.winfo_rootx() + width // 2, y + view.statement.winfo_rooty() + height // 2
    subprocess.run(["xdotool", "mousemove", str(x), str(y)], check=True)
    desk.wait_until(lambda: view.marked_text == "dog")
    desk.press("End")
    assert desk.heard()[1:] == ["runs", "A", "runs"]


def test_a_focus_that_the_program_moves_does_not_interrupt_a_caption(desk):
    buttons = [ttk.Button(desk.root, text=text) for text in ("Open", "Copy", "Save")]
    for button in buttons:
        button.pack()
    desk.open(buttons[0])
    desk.voice.caption("A brown dog runs through the grass with a ball in its mouth.")
    desk.touch("Shift_L")
    acted = time.monotonic()
    desk.wait_until(lambda: time.monotonic() > acted + 1)
    assert desk.voice.speaking
    buttons[1].focus()
    desk.wait_until(lambda: len(desk.said) > 2)
    assert desk.ended[-1] == "finished"
    desk.press("Tab")
    assert desk.heard()[2:] == ["Copy, button", "Save, button"]


def test_a_focus_that_the_program_moves_after_a_key_does_not_interrupt_either(desk):
    """As when a key shows the next photo, which already has a caption."""
    buttons = [ttk.Button(desk.root, text=text) for text in ("Next", "Copy")]
    for button in buttons:
        button.pack()

    def show(event: tk.Event) -> None:
        desk.voice.caption("A dog runs.")
        buttons[1].focus()

    desk.root.bind("<Right>", show)
    desk.open(buttons[0])
    desk.press("Right")
    desk.wait_until(lambda: len(desk.said) > 2)
    assert desk.ended[-1] == "finished"
    assert desk.heard()[1:] == ["A dog runs.", "Copy, button"]


def test_toggle(desk):
    buttons = [ttk.Button(desk.root, text=text) for text in ("Open", "Copy")]
    for button in buttons:
        button.pack()
    desk.root.bind("<F2>", lambda event: desk.voicing.switch(not desk.voicing.on))
    desk.open(buttons[0])
    desk.press("F2")
    desk.touch("Tab")
    desk.voicing.say("Copied.")
    desk.voicing.announce("Ready.")
    desk.voicing.greet()
    desk.press("F2", "Tab")
    assert desk.heard()[1:] == ["Self-voicing off", "Self-voicing on", "Open, button"]


def test_busy(desk):
    """Spoken after a second, unless it has ended before."""
    button = ttk.Button(desk.root, text="Open")
    button.pack()
    desk.open(button)
    desk.wait_until(lambda: not desk.voice.speaking)
    began = time.monotonic()
    desk.voicing.busy("Reading the photo…")
    desk.voicing.busy("")
    desk.voicing.busy("Reading another photo…")
    desk.voicing.busy("Captioning…")
    desk.wait_until(lambda: len(desk.said) > 1)
    assert time.monotonic() - began > 1
    assert desk.heard()[1:] == ["Captioning…"]


def test_a_widget_that_takes_the_place_of_another(desk):
    """It is spoken although its path is the same."""
    button = ttk.Button(desk.root, text="Open", name="button")
    button.pack()
    desk.open(button)
    button.destroy()
    button = ttk.Button(desk.root, text="Copy", name="button")
    button.pack()
    button.focus()
    desk.wait_until(lambda: len(desk.said) > 1)
    assert desk.heard()[1:] == ["Copy, button"]
