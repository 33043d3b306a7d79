"""Lets a phone use the program: the server runs while this dialog is open."""

import io
import tkinter as tk
from collections.abc import Callable
from tkinter import font, ttk
from typing import Any

from captioner.gui.accessibility.self_voicing import describe
from captioner.gui.dialogs.base import Dialog
from captioner.gui.session.phone_server import PhoneServer
from captioner.gui.style.fonts import FONTS, scaled
from captioner.gui.tk.clipboard import copy
from captioner.gui.tk.main_thread import MainThreadQueue

TEXT_WIDTH = 50  # letters
CODE_WIDTH = 280  # of the QR code, in pixels of a 96 dpi screen

STARTING = "Starting the server…"
INSTRUCTIONS = (
    "Scan the code with the phone's camera, or type the address and then the token in the phone's browser. The phone "
    "must be in the same network. Anyone with the token can have photos described until you close this. The "
    "connection is not encrypted, so use it only in a network whose users you trust."
)
NO_NETWORK = "This computer is not in a network. Connect it to the same network as the phone, and try again."


class UseFromPhone(Dialog):
    """Starts the server, shows its address in large letters and as a QR code, and stops it when it is closed.

    Args:
        speak: speaks a sentence.
    """

    def __init__(self, parent: tk.Tk, main_thread: MainThreadQueue, speak: Callable[[str], object]) -> None:
        super().__init__(parent, "Use from a Phone")
        self._speak = speak
        self._address = self._spoken = ""
        self._image: tk.PhotoImage | None = None  # Tk does not keep it
        room = self.winfo_screenwidth() - scaled(self, CODE_WIDTH) - 4 * self.space
        width = min(TEXT_WIDTH * font.nametofont("TkDefaultFont", self).measure("n"), room)
        self.body.rowconfigure(1, weight=1)
        self.message = ttk.Label(self.body, text=STARTING, wraplength=width, justify="left", style="Reachable.TLabel")
        self.message.configure(takefocus=True)
        self.message.grid(row=0, column=0, sticky="w")
        self.address = ttk.Label(self.body, font=FONTS["statement"], wraplength=width, style="Reachable.TLabel")
        describe(self.address, name="Address", value=lambda: self._spoken)
        self.code = ttk.Label(self.body)
        self.buttons = ttk.Frame(self.body)
        self.buttons.grid(row=2, column=0, columnspan=2, sticky="e", pady=(self.space, 0))
        self.speak_address = ttk.Button(self.buttons, text="Speak Address", command=lambda: speak(self._spoken))
        self.copy_address = ttk.Button(self.buttons, text="Copy Address", command=self._copy)
        self.stop = ttk.Button(self.buttons, text="Stop", command=self.close)
        self.stop.pack(side="right")
        self._server = PhoneServer(lambda answer: main_thread.put(self._show, answer))
        self.open(self.stop)

    def destroy(self) -> None:
        self._server.stop()
        super().destroy()

    def _show(self, answer: dict[str, Any]) -> None:
        """Show where the server is, or why there is none."""
        if not self.winfo_exists():
            return
        problem = answer.get("error") or ("" if "//127." not in answer["root"] else NO_NETWORK)
        if problem:
            self._server.stop()
            self.message.configure(text=problem)
            self._speak(problem)
            return
        root, token = answer["root"].rstrip("/"), answer["token"]
        self._address = f"{root}/?token={token}"
        self._spoken = spoken(root, token)
        self.message.configure(text=INSTRUCTIONS)
        self.address.configure(text=f"{root}\nToken: {token}", takefocus=True)
        self.address.grid(row=1, column=0, sticky="nw", pady=(self.space, 0))
        self._image = qr_code(self, self._address, scaled(self, CODE_WIDTH))
        self.code.configure(image=self._image)
        self.code.grid(row=0, column=1, rowspan=2, sticky="n", padx=(self.space, 0))
        self.copy_address.pack(side="right", padx=(0, self.space // 2))
        self.speak_address.pack(side="right", padx=(0, self.space // 2))
        self.open(self.address)  # again, as it has grown
        self._speak(self._spoken)

    def _copy(self) -> None:
        copy(self._parent, self._address)
        self._speak("Address copied.")


def spoken(root: str, token: str) -> str:
    """An address and a token as somebody would dictate them: "192 dot 168 dot 1 dot 5 colon 8765"."""
    place = root.partition("//")[2].replace(".", " dot ").replace(":", " colon ")
    return f"The address is {place}. The token is {', '.join(token)}."


def qr_code(master: tk.Misc, text: str, width: int) -> tk.PhotoImage:
    """The QR code of a text, dark on white whatever the theme, about so many pixels wide."""
    import segno  # an extra

    code = segno.make(text, micro=False)
    content = io.BytesIO()
    code.save(content, kind="png", scale=max(1, width // code.symbol_size()[0]), border=4)
    return tk.PhotoImage(master=master, data=content.getvalue())
