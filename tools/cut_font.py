#!/usr/bin/env python3
"""Cuts the cover font out of Noto Sans CJK: fewer characters, one weight, no layout tables.

How the font in crates/media/assets was made:

    apt-get download fonts-noto-cjk=1:20220127+repack1-1
    dpkg -x fonts-noto-cjk_*.deb noto
    python3 -m venv venv && venv/bin/pip install fonttools==4.68.0
    venv/bin/python tools/cut_font.py noto/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc \
        crates/media/assets/BacklineCoverSans-Bold.otf

The same source and the same fonttools give the same bytes. The SIL Open Font License 1.1 lets us change and embed the
font as long as the licence travels with it and the result does not carry the reserved font name "Source"; ours is named
"Backline Cover Sans" throughout.
"""

import argparse
import hashlib

from fontTools import subset
from fontTools.ttLib import TTCollection

FACE = "Noto Sans CJK TC"
FAMILY = "Backline Cover Sans"
STYLE = "Bold"
POSTSCRIPT_NAME = "BacklineCoverSans-Bold"

BLOCKS = [
    range(0x0020, 0x007F),  # Basic Latin
    range(0x00A0, 0x0100),  # Latin-1 Supplement
    range(0x0100, 0x0180),  # Latin Extended-A
    range(0x01A0, 0x01B1),  # Vietnamese horned vowels
    range(0x01CD, 0x01DD),  # pinyin vowels with caron
    range(0x0391, 0x03CA),  # Greek
    range(0x0401, 0x0452),  # Cyrillic
    range(0x1EA0, 0x1EFA),  # Vietnamese vowels with two marks
    range(0x2010, 0x2028),  # General Punctuation: dashes, quotes, bullet, ellipsis
    range(0x2030, 0x203C),  # General Punctuation: per mille, primes, guillemets, reference mark
    range(0x2160, 0x216C),  # Roman numerals
    range(0x2190, 0x2194),  # arrows
    range(0x25A0, 0x2610),  # the geometric shapes, stars and hearts the source has
    range(0x2660, 0x2670),  # card suits and notes
    range(0x3000, 0x3030),  # CJK Symbols and Punctuation
    range(0x3041, 0x3100),  # Hiragana and Katakana
    range(0xFF01, 0xFF66),  # Fullwidth Forms and halfwidth CJK punctuation
]


IDEOGRAPHS = range(0x4E00, 0xA000)
HANGUL = range(0xAC00, 0xD7A4)


def double_byte_characters(codec, lead, trail, kept):
    """Every character in `kept` that `codec` decodes from a lead byte in `lead` and a trail byte in `trail`."""
    found = set()
    for first in lead:
        for second in trail:
            try:
                text = bytes([first, second]).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1 and ord(text) in kept:
                found.add(ord(text))
    return found


def wanted_characters():
    """The blocks above, GB 2312 levels 1 and 2, Big5 level 1, JIS X 0208 level 1 and the Hangul of KS X 1001."""
    wanted = {code for block in BLOCKS for code in block}
    wanted |= double_byte_characters("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF), IDEOGRAPHS)
    wanted |= double_byte_characters("big5", range(0xA4, 0xC7), range(0x40, 0xFF), IDEOGRAPHS)
    wanted |= double_byte_characters("euc_jp", range(0xB0, 0xD0), range(0xA1, 0xFF), IDEOGRAPHS)
    wanted |= double_byte_characters("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF), HANGUL)
    return wanted


def face_of(collection, family):
    for font in collection.fonts:
        if font["name"].getDebugName(1).startswith(family):
            return font
    raise SystemExit(f"the collection has no face named {family}")


def rename(font):
    """Gives the cut font its own name and keeps copyright, trademark, designer and licence entries as they are."""
    source = font["name"].getDebugName(5)
    names = {
        1: FAMILY,
        2: STYLE,
        3: f"{POSTSCRIPT_NAME};cut from {FACE} {STYLE}",
        4: f"{FAMILY} {STYLE}",
        5: f"{source};cut to the common characters for Backline",
        6: POSTSCRIPT_NAME,
    }
    table = font["name"]
    table.names = [name for name in table.names if name.nameID in (0, 7, 8, 9, 11, 13, 14) and name.langID == 0x409]
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [POSTSCRIPT_NAME]
    cff.topDictIndex[0].FullName = f"{FAMILY} {STYLE}"
    cff.topDictIndex[0].FamilyName = FAMILY
    for part in cff.topDictIndex[0].FDArray:
        part.FontName = POSTSCRIPT_NAME + "-" + part.FontName.rsplit("-", 1)[-1]


def cut(font, characters):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "kern"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("source", help="NotoSansCJK-Bold.ttc")
    arguments.add_argument("target", help="the .otf to write")
    paths = arguments.parse_args()

    font = face_of(TTCollection(paths.source), FACE)
    present = set(font.getBestCmap())
    characters = sorted(wanted_characters() & present)
    cut(font, characters)
    rename(font)
    font.recalcTimestamp = False
    font.flavor = None
    font.save(paths.target, reorderTables=True)

    data = open(paths.target, "rb").read()
    print(f"{len(characters)} characters, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
