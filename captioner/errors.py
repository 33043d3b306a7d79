"""What can go wrong, each told in one sentence for the user."""


class CaptionerError(Exception):
    """The base of all errors that this package raises on purpose."""


class WeightsError(CaptionerError):
    """The model's files are missing, damaged or not what they should be."""


class PhotoError(CaptionerError):
    """A photo that cannot be read.

    Args:
        sentence: what is wrong.
        name: the file's name, where there is one; `str(error)` starts with it.
    """

    def __init__(self, sentence: str, name: str = ""):
        super().__init__(sentence, name)
        self.sentence = sentence
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}" if self.name else self.sentence
