"""A clipboard manager of X: saves the clipboard for a program that is about to end, and then owns it.

Prints a line when it is ready, and another one when it has saved a clipboard.
"""

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify
from Xlib.protocol.rq import Event


class Manager:
    def __init__(self) -> None:
        self.display = Display()
        self.window = self.display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.saved: dict[int, tuple[int, bytes]] = {}  # by target: the type and the content
        self.window.set_selection_owner(self.atom("CLIPBOARD_MANAGER"), X.CurrentTime)
        self.display.sync()
        print("ready", flush=True)

    def atom(self, name: str) -> int:
        return int(self.display.intern_atom(name))

    def run(self) -> None:
        while True:
            event = self.display.next_event()
            if event.type == X.SelectionRequest:
                if event.selection == self.atom("CLIPBOARD_MANAGER"):
                    self.save(event)
                else:
                    self.give(event)
                self.display.flush()

    def save(self, request: Event) -> None:
        for target in self.convert(self.atom("TARGETS")).value:
            name = self.display.get_atom_name(target)
            if name in ("UTF8_STRING", "text/html") and (answer := self.convert(target)):
                self.saved[target] = answer.property_type, bytes(answer.value)
        self.window.set_selection_owner(self.atom("CLIPBOARD"), X.CurrentTime)
        request.requestor.change_property(request.property, self.atom("NULL"), 32, [])
        self.answer(request, request.property)
        print("saved", flush=True)

    def convert(self, target: int) -> Event:
        """The clipboard as this target."""
        place = self.atom("SAVED")
        self.window.convert_selection(self.atom("CLIPBOARD"), target, place, X.CurrentTime)
        while self.display.next_event().type != X.SelectionNotify:
            pass
        return self.window.get_full_property(place, X.AnyPropertyType)

    def give(self, request: Event) -> None:
        found = self.saved.get(request.target)
        if found:
            request.requestor.change_property(request.property, found[0], 8, found[1])
        elif request.target == self.atom("TARGETS"):
            request.requestor.change_property(request.property, Xatom.ATOM, 32, list(self.saved))
            found = (0, b"")
        self.answer(request, request.property if found else X.NONE)

    def answer(self, request: Event, place: int) -> None:
        notify = SelectionNotify(
            time=request.time, requestor=request.requestor, selection=request.selection, target=request.target,
            property=place,
        )  # fmt: skip
        request.requestor.send_event(notify)


if __name__ == "__main__":
    Manager().run()
