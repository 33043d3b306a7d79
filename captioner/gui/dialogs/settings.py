"""The settings dialog. Each setting takes effect as soon as it is changed."""

import tkinter as tk
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from tkinter import ttk
from typing import Any

from captioner.gui.dialogs.base import Dialog
from captioner.gui.settings import BEAM_WIDTHS, RATES, TEXT_SIZES, THEMES, VOLUMES, Settings
from captioner.gui.settings_store import SettingsStore
from captioner.speech.speaker import Voice

SAMPLE = "This is how captions sound."
UNRELIABLE = {
    "Ask when copying": "ask",
    "Keep the doubt": "with doubt",
    "Leave out the doubt": "without doubt",
}
SHORT_SOUNDS = {"Say so": False, "Play a short sound": True}
SELF_VOICING = {"Automatic": None, "On": True, "Off": False}


class SettingsDialog(Dialog):
    """Changes the settings in a store.

    Args:
        voices: those of this machine.
        speak_sample: called with a sentence to speak when the voice, the rate or the volume has changed.
        try_out: called with settings whose rate and volume the voice takes while the user goes through their lists.
    """

    def __init__(
        self,
        parent: tk.Tk,
        store: SettingsStore,
        voices: Iterable[Voice],
        speak_sample: Callable[[str], object],
        try_out: Callable[[Settings], object],
    ) -> None:
        super().__init__(parent, "Settings")
        self._store = store
        self._speak_sample = speak_sample
        self._try_out = try_out
        self._rows = 0
        self.body.columnconfigure(1, weight=1)

        first = self._choice("Voice", "voice", _or_automatic({voice.name: voice.id for voice in voices}))
        self._choice("Rate", "rate", _or_automatic({f"{rate} words per minute": rate for rate in RATES}))
        self._choice("Volume", "volume", _or_automatic({_percent(100 * volume): volume for volume in VOLUMES}))
        self._choice("Self-voicing", "self_voicing", SELF_VOICING)
        self._choice("End of a list", "short_sounds", SHORT_SOUNDS)
        self._choice("Text size", "text_size", {_percent(size): size for size in TEXT_SIZES})
        self._choice("Theme", "theme", {_theme_label(theme): theme for theme in THEMES})
        self._choice("Guesses", "unreliable_captions", UNRELIABLE)
        self._choice("Beam width", "beam_width", _or_automatic({str(width): width for width in BEAM_WIDTHS}))

        self._switch("Speak captions automatically", "speak_captions")
        close = ttk.Button(self.body, text="Close", command=self.close)
        # Beside the check box: with large text, another row would not fit on a small screen.
        close.grid(row=self._rows - 1, column=1, sticky="e", pady=(self.space // 2, 0))
        self.open(first)

    def _choice(self, label: str, name: str, values: Mapping[str, Any]) -> ttk.Combobox:
        """Add a list of values by their labels. A value that is not in the list stays until the user chooses one."""
        current = getattr(self._store.settings, name)
        ttk.Label(self.body, text=label).grid(row=self._rows, column=0, sticky="w", padx=(0, self.space))
        box = ttk.Combobox(self.body, values=list(values), state="readonly", width=26)
        box.set(next((label for label, value in values.items() if value == current), str(current)))
        box.grid(row=self._rows, column=1, sticky="ew")
        if name in ("rate", "volume"):
            box.configure(postcommand=lambda: self._try_out_in_list(box, name, list(values.values())))
        box.bind("<<ComboboxSelected>>", lambda event: self._change(name, values[box.get()]))
        self._rows += 1
        return box

    def _try_out_in_list(self, box: ttk.Combobox, name: str, values: Sequence[Any]) -> None:
        """Let the voice speak with the value that the user is at in the list, and with the chosen one afterwards."""
        popdown = str(self.tk.call("ttk::combobox::PopdownWindow", box))
        lines = f"{popdown}.f.l"

        def move() -> None:
            value = values[int(self.tk.call(lines, "index", "active"))]
            self._try_out(replace(self._store.settings, **{name: value}))
            self._speak_sample(SAMPLE)

        self.tk.call("bind", lines, "<<ListboxSelect>>", self.register(move))
        self.tk.call("bind", popdown, "<Unmap>", self.register(lambda: self._try_out(self._store.settings)))

    def _switch(self, label: str, name: str) -> None:
        """Add a check box for a setting that is on or off."""
        variable = tk.BooleanVar(self, getattr(self._store.settings, name))
        button = ttk.Checkbutton(
            self.body, text=label, variable=variable, command=lambda: self._change(name, variable.get())
        )
        button.grid(row=self._rows, column=0, columnspan=2, sticky="w")
        self._rows += 1

    def _change(self, name: str, value: Any) -> None:
        self._store.change(**{name: value})
        if name in ("voice", "rate", "volume"):
            self._speak_sample(SAMPLE)


def _or_automatic(values: dict[str, Any]) -> dict[str, Any]:
    return {"Automatic": None, **values}


def _percent(value: float) -> str:
    return f"{value:.0f} percent"


def _theme_label(theme: str) -> str:
    return "Match system" if theme == "system" else theme.capitalize()
