"""What is in the files that a server gives, as libraries see it that the server does not use."""

import io
import zipfile

import av
import requests
from PIL import Image

# An encoder works by frames of 1,024 samples, and a decoder that is not told gives the whole of the first and the last.
LOSSY = 2 * 1024 / 44_100


def fetched(url: str) -> bytes:
    answer = requests.get(url, timeout=60)
    answer.raise_for_status()
    return answer.content


def seconds_of_sound(content: bytes) -> float:
    """The length of what is heard, decoded to the end."""
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        return samples / stream.rate


def picture(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.size


def film(content: bytes) -> tuple[int, int, float]:
    """Width, height and seconds of a film, with every frame of it decoded."""
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        frames = sum(1 for _ in container.decode(stream))
        return stream.width, stream.height, frames / float(stream.average_rate)


def stems(content: bytes) -> dict[str, float]:
    """The names of an archive's parts, and their lengths."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: seconds_of_sound(archive.read(name)) for name in archive.namelist()}
