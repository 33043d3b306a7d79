"""The settings, each of which takes effect as soon as it is changed."""

import tkinter as tk
from collections.abc import Callable, Mapping
from tkinter import ttk
from typing import TYPE_CHECKING, Any

from captioner.gui.dialogs.base import SPACE, Dialog
from captioner.gui.style.fonts import TEXT_SIZES

if TYPE_CHECKING:
    from captioner.gui.window import Window

RATES = (100, 120, 140, 160, 180, 200, 225, 250, 275, 300, 350, 400)
VOLUMES = (100, 90, 80, 70, 60, 50, 40, 30, 20, 10)
BEAM_WIDTHS = (1, 2, 3, 4, 5, 8, 12, 20)
THEMES = {"Like the system": "system", "Light": "light", "Dark": "dark", "High contrast": "high contrast"}
SELF_VOICING = {"Without a screen reader": None, "On": True, "Off": False}


class SettingsDialog(Dialog):
    def __init__(self, window: "Window") -> None:
        super().__init__(window.root, "Settings")
        self._window = window
        self.body.columnconfigure(1, weight=1)
        self._rows = 0
        settings = window.chosen

        voices = {"Automatic": None, **{voice.name: voice.id for voice in window.voice.voices()}}
        first = self._choice("Voice", voices, settings.voice, lambda value: self._speech(voice=value))
        rates = {"Automatic": None, **{f"{rate} words a minute": rate for rate in RATES}}
        self._choice("Rate", rates, settings.rate, lambda value: self._speech(rate=value))
        volumes = {"Automatic": None, **{f"{volume} percent": volume / 100 for volume in VOLUMES}}
        self._choice("Volume", volumes, settings.volume, lambda value: self._speech(volume=value))
        self._speak = tk.BooleanVar(self, settings.speak_captions)
        speak = ttk.Checkbutton(
            self.body, text="Speak captions automatically", variable=self._speak, command=self._speak_captions
        )
        speak.grid(row=self._rows, column=0, columnspan=2, sticky="w")
        self._rows += 1
        self._choice("Self-voicing", SELF_VOICING, settings.self_voicing, window.set_self_voicing)
        sizes = {f"{size} percent": size for size in TEXT_SIZES}
        self._choice("Text size", sizes, settings.text_size, lambda value: window.set_look(text_size=value))
        self._choice("Theme", THEMES, settings.theme, lambda value: window.set_look(theme=value))
        widths = {"Automatic": None, **{f"{width}": width for width in BEAM_WIDTHS}}
        self._choice("Beam width", widths, settings.beam_width, window.set_beam_width)

        close = ttk.Button(self.body, text="Close", command=self.close)
        close.grid(row=self._rows, column=0, columnspan=2, sticky="e", pady=(SPACE // 2, 0))
        self.open(first)

    def _choice(
        self, label: str, values: Mapping[str, Any], value: Any, change: Callable[[Any], object]
    ) -> ttk.Combobox:
        """Add a list of values, by what they are called; another value stays until one is chosen."""
        ttk.Label(self.body, text=label).grid(row=self._rows, column=0, sticky="w", padx=(0, SPACE))
        box = ttk.Combobox(self.body, values=list(values), state="readonly", width=24)
        box.set(next((name for name, known in values.items() if known == value), str(value)))
        box.grid(row=self._rows, column=1, sticky="ew")
        box.bind("<<ComboboxSelected>>", lambda event: change(values[box.get()]))
        self._rows += 1
        return box

    def _speech(self, **settings: Any) -> None:
        self._window.set_speech(**settings)
        if not self._window.self_voicing.on:  # which would speak the new value
            self._window.voice.asked("This is how captions sound.")

    def _speak_captions(self) -> None:
        self._window.set_speech(speak_captions=self._speak.get())
