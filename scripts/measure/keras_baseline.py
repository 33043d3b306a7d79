#!/usr/bin/env python3
"""Caption photos as Keras tutorials do, for benchmark.py to compare the captioner with.

Keras Xception without top, pooled, and the merge model with the sizes of the tutorials; `model.predict` once per word,
greedily. The weights are untrained, which does not change the speed, and not read from files, which saves the baseline
some time. So the captions make no sense, and their numbers of words come from the command line.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
VOCABULARY_SIZE, MAX_LENGTH, UNITS = 7577, 32, 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", metavar="PHOTO")
    parser.add_argument(
        "--words", type=int, nargs="+", required=True, metavar="N", help="words of each photo's caption"
    )
    options = parser.parse_args()

    import numpy as np
    from keras import Input, Model
    from keras.applications import Xception
    from keras.layers import LSTM, Dense, Dropout, Embedding, add
    from keras.utils import pad_sequences
    from PIL import Image

    encoder = Xception(include_top=False, pooling="avg", weights=None)
    photo_vector, words = Input((2048,)), Input((MAX_LENGTH,))
    dense = Dense(UNITS, activation="relu")(Dropout(0.5)(photo_vector))
    lstm = LSTM(UNITS)(Dropout(0.5)(Embedding(VOCABULARY_SIZE, UNITS, mask_zero=True)(words)))
    hidden = Dense(UNITS, activation="relu")(add([dense, lstm]))
    model = Model([photo_vector, words], Dense(VOCABULARY_SIZE, activation="softmax")(hidden))

    for path, count in zip(options.photos, options.words, strict=True):
        image = np.asarray(Image.open(path).convert("RGB").resize((299, 299)))[None] / 127.5 - 1.0
        vector = encoder.predict(image, verbose=0)
        caption = [1]
        for _ in range(count + 1):  # the last one is the end
            sequence = pad_sequences([caption], maxlen=MAX_LENGTH)
            caption.append(int(np.argmax(model.predict([vector, sequence], verbose=0))))
        print(*caption, flush=True)


if __name__ == "__main__":
    main()
