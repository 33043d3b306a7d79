"""The words of a caption, split as the evaluation splits them.

Scores are computed on the output of Stanford's Penn Treebank tokenizer (C. Manning et al., ACL 2014), a Java program
that pycocoevalcap runs. Training and the quick scores need the same words without Java. The tokenizer is a lexer: of
all patterns that match at a position the one that matches most characters wins, and of equals the first.
"""

import re
from functools import cache

# What the evaluation drops.
PUNCTUATION = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])

# How the tokenizer writes what is not a word: brackets, fractions, currencies, quotation marks, dashes, entities.
WRITTEN = {
    **{"[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-", "¢": "cents", "£": "#", "€": "$", "¤": "$"},
    **{"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "\xad": "-", "…": "..."},
    **{"\x96": "--", "\x97": "--", "–": "--", "—": "--", "―": "--", '"': "''", "&quot;": "''", "&apos;": "'"},
    **{"&lt;": "<", "&gt;": ">", "&nbsp;": ""},
}
QUOTATION_MARKS = str.maketrans(
    {
        **{"\x91": "`", "‘": "`", "‛": "`", "‹": "`", "\x92": "'", "’": "'", "›": "'"},
        **{"\x93": "``", "“": "``", "«": "``", "\x94": "''", "”": "''", "»": "''"},
    }
)

# Parts of patterns. Python counts "½" and "²" as word characters, and does not count combining accents.
BARE_LETTER = r"(?:(?![\xb2\xb3\xb9\xbc-\xbe\u2070-\u209c\u2150-\u218f\u2460-\u24ff])[^\W\d_])"
LETTER = rf"(?:{BARE_LETTER}|[\u0300-\u036f\xad])"
ALPHANUMERIC = rf"(?:{LETTER}|\d)"
LATIN = "[a-z0-9\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f]"
APOSTROPHE = "(?:['\x92\u2019]|&apos;)"
QUOTE = "(?:['`\x91\x92\u2018\u2019\u201b]|&apos;)"
SPACE = "[ \t\xa0\u2000-\u200a\u3000]"
NUMBER = r"(?:\d*(?:[.:,\xad]\d+)+|\d+)"
WORD = rf"{LETTER}{ALPHANUMERIC}*(?:[.!?]{LETTER}{ALPHANUMERIC}*)*"
CLITIC = rf"{APOSTROPHE}(?:[msd]|re|ve|ll)"
HYPHENATED = rf"(?:[dol]{QUOTE}{LATIN})?{LATIN}+"
BESIDE_SLASH = r"[a-z0-9]+(?:-[a-z]+){0,2}"
ACRONYM = r"[a-z](?:\.[a-z])+"
COMPOUND = rf"[a-z0-9][a-z0-9.,\xad]*(?:-(?:{ACRONYM}\.|[a-z0-9\xad]+))+"

# A full stop belongs to these; to those of the second line if they have a capital, of the third before a number.
ABBREVIATIONS = (
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tues?|wed|thu|thurs|fri|ala|ariz|calif|colo|conn|ct|dak|fla|ga|"
    "ind|kans?|ky|md|mich|minn|mo|mont|neb|nev|okla|penn|tenn|va|vt|wisc?|wyo|inc|cos?|corp|pt[ey]|ltd|plc|rt|bancorp|"
    "bhd|assn|univ|intl|sys|tel|est|ext|sq|ft|jr|bros|esq|sr|etc|al|seq|bldg|mrs?|ms|drs?|profs?|sens?|reps?|attys?|lt|"
    "col|gen|messrs|govs?|adm|rev|maj|sgt|cpl|pvt|capt|ste?|ave|pres|lieut|hon|brig|co?mdr|pfc|spc|supts?|det|mt|adj|"
    "adv|asst|assoc|ens|insp|mlle|mme|msgr|sfc|invt|elec|natl|m[ft]g|dept|blvd|rd|vs|alex|wm|jos|cie|cf|treas|ph"
)
CAPITALISED = "Az|Ark|Del|Ill|La|Mass|Miss|Ore|Pa|Tex|Wash"
BEFORE_NUMBER = "ca|figs?|prop|nos?|art|bldg|pp|op"
# A sentence begins with these, and a single letter with a full stop before them ends one.
BEGINNING = (
    "A|About|According|Additionally|After|An|As|At|But|Did|During|Earlier|He|Her|Here|How|However|If|In|It|Last|Many|"
    "More|Mr\\.|Ms\\.|Now|Once|One|Other|Our|She|Since|So|Some|Such|That|The|Their|Then|There|These|They|This|We|When|"
    "While|What|Who|Why|Yet|You"
)

# A pattern's token is its group, or else the whole match; what follows the group counts as matched, but stays.
PATTERNS = (
    r"(can)not",
    r"(gon|wan)na",
    r"(got)ta",
    r"(lem|gim)me",
    rf"({APOSTROPHE}t)(?:is|was)",
    # <tags>
    r"<(?:[!?][a-z-][^>]*|/?[a-z][a-z0-9_:.-]*(?: +[a-z][a-z0-9_:.-]*| *= *(?:'[^']*'|\"[^\"]*\"))* */?)>",
    # words, and those with an apostrophe
    rf"({WORD}){CLITIC}",
    rf"([a-z\xad]*[a-mo-z]\xad*)n{QUOTE}t",
    WORD,
    rf"{APOSTROPHE}n{APOSTROPHE}?|[ldj]{APOSTROPHE}|(?:dunkin|somethin|ol){APOSTROPHE}",
    rf"{APOSTROPHE}(?:em|[2-9]0s|till?|cause)|cont'd\.?|nor'easter|c'mon|e'er|s'mores|ev'ry|li'l|nat'l",
    rf"(?-i:[A-HJ-XZn]){QUOTE}{BARE_LETTER}{{2,}}|{BARE_LETTER}+[aeiouy]{QUOTE}(?-i:[aeiouA-Z]){BARE_LETTER}*",
    rf"(y{APOSTROPHE}){LETTER}",
    rf"({CLITIC})[^a-z]",
    rf"(n{QUOTE}t)[^a-z]",
    # addresses
    r"(?:ftp|https?)://[^\s\"<>|()]+[^\s\"<>|.!?(){},-]",
    r"(?:www\.(?:[^\s\"<>|.!?(){},]+\.)+[a-z]{2,4}|(?-i:(?:[^\s\"`'<>|.!?(){},-_$]+\.)+(?:com|net|org|edu)))"
    r"(?:/[^\s\"<>|()]+[^\s\"<>|.!?(){},-])?",
    r"<?[a-z0-9][^\s\"<>|()]*@(?:[^\s\"<>|().]+\.)*[^\s\"<>|().]+>?",
    r"[@\uff20][a-z_][a-z_0-9]*",
    rf"[#\uff03]{LETTER}+",
    # numbers
    r"\d{1,2}[-/]\d{1,2}[-/]\d{2,4}",
    rf"[+-]?{NUMBER}",
    r"[\u207a\u207b\u208a\u208b]?(?:[\u2070\xb9\xb2\xb3\u2074-\u2079]+|[\u2080-\u2089]+)",
    r"(?:\d{1,4}[- \xa0])?\d{1,4}(?:\\?/|\u2044)\d{1,4}",
    r"(?:\(\d{2,3}\)[ \xa0]?|(?:\+\+?)?(?:\d{2,4}[- \xa0])?\d{2,4}[- \xa0])\d{3,4}[- \xa0]?\d{3,5}",
    r"(?:(?:\+\+?)?\d{2,4}\.)?\d{2,4}\.\d{3,4}\.\d{3,5}",
    rf"({APOSTROPHE}\d\d){SPACE}",
    # words with hyphens, slashes and ampersands
    r"(?-i:pro-|anti-|-(?:LRB|RRB|LCB|RCB|LSB|RSB)-)",
    rf"{BESIDE_SLASH}(?:\\?/{BESIDE_SLASH}){{1,2}}",
    COMPOUND,
    rf"{HYPHENATED}(?:[-_\u2010\u2011]{HYPHENATED})*",
    r"(?-i:[A-Z]+(?:(?:[+&]|&amp;)[A-Z]+)+)",
    r"c\+\+|[cf]#",
    # abbreviations
    rf"((?:{BEFORE_NUMBER})\.){SPACE}?\d",
    rf"(?:{ABBREVIATIONS}|(?-i:{CAPITALISED})|{ACRONYM}|[a-z])\.",
    rf"({ACRONYM}){SPACE}",
    rf"([a-z])\.{SPACE}+(?-i:{BEGINNING})[ ?!]",
    rf"((?:{WORD}|{COMPOUND})\.)[,;:]",
    # punctuation
    r"(?-i:[A-Z]*\$)|#",
    r"([<>]?[:;=][-o*']?(?-i:[()DPdpO\\{@|\[\]]))[^a-z0-9]",
    r"[\^x=~<>]\.\[\^x=~<>]|[-^x=~<>']_[-^x=~<>']|\([-^x=~<>'][_.]?[-^x=~<>']\)|\([\^x=~<>']-[\^x=~<>'`]\)",
    r"-+|@+|#+|_+|\*+|(?:\\\*){1,3}|[?!]+|<<|>>",
    r"\.\.\.+|\.[ \xa0](?:\.[ \xa0])+\.",
    r"''|'|[`\x91-\x94\u2018-\u201f\xab\xbb\u2039\u203a]{1,2}",
    rf"('){LETTER}\S",
    rf"{CLITIC}|n{QUOTE}t",
    "&(?:amp|lt|gt|apos|quot|nbsp);",
    r"[\xbc-\xbe\u2150-\u215e]",
    r"[^\w\s\x00-\x1f\x7f-\x90\x95\x98-\xa0\u2012\u200b-\u200f\u2010\u2011\u202a-\u202f\U00010000-\U0010ffff]",
)

CLITIC_OR_NOT = re.compile(rf"{CLITIC}|n{QUOTE}t", re.IGNORECASE)
ORDINARY_WORD = re.compile(r"(?!(?:cannot|gonna|wanna|gotta|lemme|gimme)\b)[a-z]+(?= )", re.IGNORECASE)


@cache
def patterns() -> list[re.Pattern[str]]:
    """PATTERNS, compiled when they are first needed: it takes longer than the program may take to start."""
    return [re.compile(pattern, re.IGNORECASE) for pattern in PATTERNS]


def tokenize(caption: str) -> list[str]:
    """The words of a caption, in lower case, as pycocoevalcap's PTBTokenizer finds them.

    Most punctuation is dropped, as it is there; signs such as "&" and "%" are words.
    """
    words: list[str] = []
    compiled = patterns()
    text, position = f"{caption} ", 0  # some patterns look for what follows
    while position < len(caption):
        if ordinary := ORDINARY_WORD.match(text, position):
            words.append(ordinary[0].lower())
            position = ordinary.end() + 1
            continue
        longest, end = 0, position + 1  # what no pattern matches is left out
        for pattern in compiled:
            match = pattern.match(text, position)
            if match and match.end() - position > longest:
                longest, end = match.end() - position, match.end(pattern.groups)
        if longest:
            words += written(text[position:end])
        position = end
    return words


def written(token: str) -> list[str]:
    """How the evaluation writes a token, without what it drops; a fraction after a number is a word of its own."""
    token = WRITTEN.get(token, token).replace("&amp;", "&").lower()
    if CLITIC_OR_NOT.fullmatch(token) or not any(map(str.isalnum, token)):
        token = token.translate(QUOTATION_MARKS)
    if token in PUNCTUATION or re.fullmatch(r"\.\.\.+|----?|\.[. \xa0]+\.", token):
        return []
    return token.replace("(", "-lrb-").replace(")", "-rrb-").replace("\xad", "").split()
