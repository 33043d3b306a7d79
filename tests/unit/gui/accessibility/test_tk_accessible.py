"""How widgets are described to Tk 9.1 and newer, with a Tcl command of the same name that records the calls."""

import tkinter as tk
from tkinter import ttk

import pytest

from captioner.gui.accessibility.self_voicing import SelfVoicing, describe
from captioner.gui.voice import Voice
from tests.support.program import wait_for


@pytest.fixture
def calls(root):
    """The calls so far, in order."""
    root.tk.eval("""
        set ::calls {}
        proc ::tk::accessible {args} { lappend ::calls $args }
        namespace ensemble configure tk -map [dict merge [namespace ensemble configure tk -map] {
            accessible ::tk::accessible
        }]
    """)

    def calls() -> list[tuple[str, ...]]:
        made = [root.tk.splitlist(call) for call in root.tk.splitlist(root.tk.eval("set ::calls"))]
        root.tk.eval("set ::calls {}")
        return made

    return calls


def test_a_button(root, calls):
    """The role comes first, as Tk requires."""
    button = ttk.Button(root, text="Open")
    describe(button, shortcut="Ctrl+O")
    assert calls() == [
        ("set_acc_role", str(button), "Button"),
        ("set_acc_name", str(button), "Open"),
        ("set_acc_description", str(button), "Open, Control O"),
        ("set_acc_value", str(button), ""),
    ]


def test_when_a_widget_is_shown(root, calls):
    """Tk then describes it as well, so it is described again."""
    scale = ttk.Scale(root, from_=75, to=300, value=100)
    describe(scale, "Text size", value=lambda: f"{scale.get():.0f} percent")
    calls()
    scale.set(150)
    scale.pack()
    root.update()
    assert calls() == [
        ("set_acc_role", str(scale), "Scale"),
        ("set_acc_name", str(scale), "Text size"),
        ("set_acc_description", str(scale), "Text size"),
        ("set_acc_value", str(scale), "150 percent"),
    ]


def test_a_widget_with_the_focus(root, calls, sound_card):
    """It is described again if it has changed, whether or not self-voicing is on."""
    text = tk.Text(root)
    describe(text, "Caption")
    text.pack()
    voice = Voice(print, lambda event: None)
    SelfVoicing(root, voice, on=False)
    root.update()
    calls()
    text.insert("1.0", "A dog runs.")
    text.focus_force()
    made = []
    wait_for(lambda: root.update() or made.extend(calls()) or made)
    voice.close()
    assert made[-1] == ("set_acc_value", str(text), "A dog runs.")


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (ttk.Checkbutton, "Checkbutton"),
        (ttk.Combobox, "Combobox"),
        (ttk.Entry, "Entry"),
        (ttk.Radiobutton, "Radiobutton"),
        (ttk.Spinbox, "Spinbox"),
        (ttk.Notebook, "Notebook"),
        (ttk.Progressbar, "Progressbar"),
        (ttk.Treeview, "Listbox"),
        (tk.Listbox, "Listbox"),
        (tk.Text, "Text"),
        (tk.Canvas, "Canvas"),
        (ttk.Label, "Label"),
    ],
)
def test_roles(root, calls, kind, role):
    widget = kind(root)
    describe(widget, "Name")
    assert calls()[:2] == [("set_acc_role", str(widget), role), ("set_acc_name", str(widget), "Name")]


def test_an_older_tk(root):
    """A command that does not exist is not called."""
    describe(tk.Button(root, text="Open"))
    assert not root.tk.eval("info commands ::tk::accessible")
