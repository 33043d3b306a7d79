"""Another program, with a window in the screen's corner from which something can be dragged once, by XDND.

drag_source.py TYPE FILE [TYPE FILE ...]: what it offers, "text/uri-list" for instance, and where the content of it is.
Prints a line when the window is there, and another one when what was dropped has been taken.
"""

import sys
from pathlib import Path

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage, SelectionNotify
from Xlib.protocol.rq import Event
from Xlib.xobject.drawable import Window

VERSION = 5
SIZE = 40  # pixels


class Source:
    def __init__(self, offers: dict[str, bytes]):
        self.display = Display()
        self.root = self.display.screen().root
        # No window manager moves it, or gives it the keyboard.
        self.window = self.root.create_window(
            0, 0, SIZE, SIZE, 0, X.CopyFromParent, override_redirect=True, background_pixel=0xFF8800,
            event_mask=X.ButtonPressMask | X.ButtonReleaseMask | X.Button1MotionMask,
        )  # fmt: skip
        self.offers = {self.atom(kind): content for kind, content in offers.items()}
        self.target: Window | None = None
        self.accepted = self.released = self.dropped = False
        self.window.map()
        self.display.sync()
        print("ready", flush=True)

    def atom(self, name: str) -> int:
        return int(self.display.intern_atom(name))

    def run(self) -> None:
        actions = {
            X.ButtonPress: self.take, X.MotionNotify: self.move, X.ButtonRelease: self.let_go,
            X.ClientMessage: self.hear, X.SelectionRequest: self.give,
        }  # fmt: skip
        while True:
            event = self.display.next_event()
            actions.get(event.type, lambda event: None)(event)
            self.display.flush()

    def take(self, event: Event) -> None:
        self.window.set_selection_owner(self.atom("XdndSelection"), event.time)
        self.window.change_property(self.atom("XdndTypeList"), Xatom.ATOM, 32, list(self.offers))

    def move(self, event: Event) -> None:
        target = self.find_target()
        if target != self.target:
            if self.target:
                self.send("XdndLeave", 0, 0, 0, 0)
            self.target, self.accepted = target, False
            types = [*self.offers, 0, 0, 0][:3]
            self.send("XdndEnter", VERSION << 24 | (len(self.offers) > 3), *types)
        self.send("XdndPosition", 0, event.root_x << 16 | event.root_y, event.time, self.atom("XdndActionCopy"))

    def let_go(self, event: Event) -> None:
        self.released = True
        self.drop()

    def drop(self) -> None:
        if self.released and self.accepted and not self.dropped:
            self.dropped = True
            self.send("XdndDrop", 0, X.CurrentTime, 0, 0)

    def hear(self, event: Event) -> None:
        if event.client_type == self.atom("XdndStatus"):
            self.accepted = bool(event.data[1][1] & 1)
            self.drop()
        elif event.client_type == self.atom("XdndFinished"):
            print("taken", flush=True)

    def give(self, event: Event) -> None:
        content = self.offers.get(event.target)
        if content is not None:
            event.requestor.change_property(event.property, event.target, 8, content)
        answer = SelectionNotify(
            time=event.time, requestor=event.requestor, selection=event.selection, target=event.target,
            property=event.property if content is not None else X.NONE,
        )  # fmt: skip
        event.requestor.send_event(answer)

    def find_target(self) -> Window | None:
        """The window below the pointer that takes drops."""
        window = self.root
        while window := window.query_pointer().child:
            if window.get_full_property(self.atom("XdndAware"), X.AnyPropertyType):
                return window
        return None

    def send(self, message: str, *data: int) -> None:
        if self.target:
            content = (32, [self.window.id, *data])
            event = ClientMessage(window=self.target, client_type=self.atom(message), data=content)
            self.target.send_event(event)


if __name__ == "__main__":
    Source({kind: Path(path).read_bytes() for kind, path in zip(sys.argv[1::2], sys.argv[2::2])}).run()
