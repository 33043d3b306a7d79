"""What Tk 9.1 and newer is told, by a Tcl command of the same name that takes note."""

import tkinter as tk
from tkinter import ttk

import pytest

from captioner.gui.accessibility.self_voicing import SelfVoicing, describe
from captioner.gui.voice import Voice
from tests.support.program import wait_for


@pytest.fixture
def told(root):
    """What was told of each widget, in order."""
    root.tk.eval("""
        set ::told {}
        proc ::tk::accessible {args} { lappend ::told $args }
        namespace ensemble configure tk -map [dict merge [namespace ensemble configure tk -map] {
            accessible ::tk::accessible
        }]
    """)

    def told() -> list[tuple[str, ...]]:
        calls = [root.tk.splitlist(call) for call in root.tk.splitlist(root.tk.eval("set ::told"))]
        root.tk.eval("set ::told {}")
        return calls

    return told


def test_a_button(root, told):
    """The role comes first, as Tk demands."""
    button = ttk.Button(root, text="Open")
    describe(button, shortcut="Ctrl+O")
    assert told() == [
        ("set_acc_role", str(button), "Button"),
        ("set_acc_name", str(button), "Open"),
        ("set_acc_description", str(button), "Open, Control O"),
        ("set_acc_value", str(button), ""),
    ]


def test_when_a_widget_is_shown(root, told):
    """Tk then describes it, too; what is told later holds."""
    scale = ttk.Scale(root, from_=75, to=300, value=100)
    describe(scale, "Text size", value=lambda: f"{scale.get():.0f} percent")
    told()
    scale.set(150)
    scale.pack()
    root.update()
    assert told() == [
        ("set_acc_role", str(scale), "Scale"),
        ("set_acc_name", str(scale), "Text size"),
        ("set_acc_description", str(scale), "Text size"),
        ("set_acc_value", str(scale), "150 percent"),
    ]


def test_a_widget_with_the_focus(root, told, sound_card):
    """What has changed since it was described is told again, whether or not self-voicing is on."""
    text = tk.Text(root)
    describe(text, "Caption")
    text.pack()
    voice = Voice(print, lambda event: None)
    SelfVoicing(root, voice, on=False)
    root.update()
    told()
    text.insert("1.0", "A dog runs.")
    text.focus_force()
    calls = []
    wait_for(lambda: root.update() or calls.extend(told()) or calls)
    voice.close()
    assert calls[-1] == ("set_acc_value", str(text), "A dog runs.")


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
def test_roles(root, told, kind, role):
    widget = kind(root)
    describe(widget, "Name")
    assert told()[:2] == [("set_acc_role", str(widget), role), ("set_acc_name", str(widget), "Name")]


def test_a_tk_that_cannot(root):
    """Nothing is called that there is not."""
    describe(tk.Button(root, text="Open"))
    assert not root.tk.eval("info commands ::tk::accessible")
