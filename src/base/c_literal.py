"""Text as C string literals, for what the build puts into the program."""
ESCAPES = {"\\": "\\\\", '"': '\\"', "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text):
    """One literal a line of the text, indented; together they are the text to the byte."""
    return "".join(f'        "{"".join(map(escape, line))}"\n' for line in text.splitlines(keepends=True)) or '        ""\n'


def escape(character):
    if character in ESCAPES:
        return ESCAPES[character]
    return character if character.isprintable() else "".join(f"\\{byte:03o}" for byte in character.encode())
