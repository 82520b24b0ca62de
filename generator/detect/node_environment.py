"""Environment variables that a Node.js server reads: which it needs, and which it can do without.

Only text is looked at, with bounded patterns: a variable is needed if the code says that it gives
up without it, by itself or through a library that checks variables.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from generator.detect.model import Evidence
from generator.detect.node_imports import loaded
from generator.detect.tree import Tree
from generator.detect.variable import Variable

_ENDINGS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_ASIDE = re.compile(
    r"(?:.*/)?(?:vendor|node_modules|tests?|__tests__|__mocks__|mocks|e2e|cypress|spec|examples?|docs?"
    r"|fixtures|scripts|dist|build|coverage|seeds?|stories|tools)/.*"
    r"|(?:.*/)?[^/]*\.(?:test|spec|e2e-spec|stories|config|d)\.[a-z]+"
)
_MOST_FILES = 300
_LONGEST = 300_000  # characters of a file: longer ones are bundles
_MOST_TEXT = 3_000_000  # of all files that read variables
_MOST_READS = 200  # of one kind in a file
_MOST_FUNCTIONS = 8
_MOST_ENTRIES = 400
_WORDS = ("process.env", "getOrThrow", "Env.schema.", "validationSchema")
_NAME = r"[A-Z][A-Z0-9_]{1,80}"
_ENV = rf"process\.env(?:\.({_NAME})\b|\[['\"]({_NAME})['\"]\])"
# What the image, node or a platform sets, or a bundler writes into files.
_OWN = re.compile(
    r"NODE_ENV|NODE_OPTIONS|NODE_PATH|PORT|CI|TZ|PWD|HOME|PATH|USER|TMPDIR|HOSTNAME|npm_.*|VERCEL.*"
    r"|NEXT_(?:PUBLIC_.*|RUNTIME|PHASE)|VITE_.*|NUXT_PUBLIC_.*|REACT_APP_.*|PUBLIC_.*|JEST_.*"
    r"|DYNO|KUBERNETES_.*|FORCE_COLOR|NO_COLOR|SKIP_ENV_VALIDATION|LAMBDA_.*|AWS_EXECUTION_ENV"
)
_READ = re.compile(rf"{_ENV}(!?)[ \t]{{0,5}}\n?[ \t]{{0,40}}(\|\||\?\?|\?(?!\.))?")
_TAKEN_APART = re.compile(r"\{([^{}]{1,2000})\}[ \t]{0,5}=[ \t]{0,5}process\.env\b(?!\.|\[)")
_ASSIGNED = re.compile(
    rf"\b(?:const|let|var)[ \t]{{1,5}}(\w{{1,60}})(?:[ \t]{{0,5}}:[^=\n]{{1,40}})?[ \t]{{0,5}}="
    rf"[ \t]{{0,5}}{_ENV}[ \t]{{0,5}}(?:;|$)",
    re.MULTILINE,
)
_GIVES_UP = re.compile(r"\bthrow\b|process\.exit\(|\bassert\b|\bexit\(1\)|\binvariant\(")
_IF = re.compile(r"\bif[ \t]{0,5}\(([^\n]{1,400})")
_CASE = re.compile(
    r"(?:\}[ \t]{0,3})?(?:else\b|if\b|switch\b|case\b|catch\b)"
    r"|[^\n]{0,200}\(\[?\{?(?:req|ctx|request|socket|c)\b[^\n]{0,100}(?:=>|\{)$"
)
_PRODUCTION = re.compile(r"NODE_ENV\b[^\n]{0,20}\bproduction\b|\bisProd")
_NEAR = 6000  # characters before a place that are looked at for what it lies in
_NEAR_LINES = 250
# The first argument of a call; whether the call asserts it is told by its name.
_ASSERTED = re.compile(
    r"(?<![\w.])((?:assert\.)?\w{1,60})\([ \t\n]{0,40}(?:typeof[ \t]{1,5})?"
    rf"(?:{_ENV}|(\w{{1,60}}))(?![\w.([]|[ \t]{{0,5}}(?:\|\||\?\?))"
)
_ASSERTIONS = frozenset(["assert", "assert.ok", "invariant", "tinyInvariant"])
_OF_ASSERTIONS = re.compile(
    r"\b(?:import|const|var)[ \t]{1,5}([^;'\"()=]{1,200}?)[ \t]{0,5}"
    r"(?:\bfrom|=[ \t]{0,5}require\()[ \t]{0,5}['\"]"
    r"(?:(?:node:)?assert(?:/strict)?|(?:tiny-|ts-|@epic-web/)?invariant)['\"]"
)
_NEEDING = ("mongoose", "MongoClient", "Stripe", "secretOrKey", "Telegraf", ".login(")
_NEEDED_BY = re.compile(
    r"(?:\bmongoose\.connect\(|\bnew MongoClient\(|\bMongoClient\.connect\(|\bnew Stripe\("
    r"|\bmongoose\.createConnection\(|\bsecretOrKey:|\bTelegraf\(|\.login\()"
    rf"[ \t]{{0,5}}\n?[ \t]{{0,40}}(?:String\()?{_ENV}(?![ \t]{{0,5}}(?:\|\||\?\?))"
)
_SESSION = re.compile(rf"\bsecret:[ \t]{{0,5}}{_ENV}[ \t]{{0,5}}[,}}\n]")
_LIST = re.compile(r"\[([^\[\]]{1,2000})\]")
_BY_KEY = re.compile(
    r"(?:![ \t]{0,3}process\.env\[\w{1,40}\]"
    r"|process\.env\[\w{1,40}\][ \t]{0,3}===?[ \t]{0,3}undefined"
    r"|\bin[ \t]{1,3}process\.env\))"
)
_BY_NAME = re.compile(r"process\.env\[(\w{1,40})\]")
_FUNCTION = re.compile(
    r"(?:\bfunction[ \t]{1,5}(\w{1,60})[ \t]{0,5}(?:<[^>\n]{0,60}>)?\(|"
    r"\b(?:const|let)[ \t]{1,5}(\w{1,60})[ \t]{0,5}=[ \t]{0,5}(?:function\b[ \t]{0,3})?\()"
    r"[ \t]{0,5}(\w{1,40})"
)
_STRICT_CALL = re.compile(
    rf"\bgetOrThrow(?:<[^>\n]{{0,60}}>)?\([ \t]{{0,5}}['\"]({_NAME})['\"]"
    rf"|\benv\.get\(['\"]({_NAME})['\"]\)[\s\w.()]{{0,60}}?\.required\("
)
# An entry of a scheme, by the name of the variable.
_ENTRY = re.compile(rf"^[ \t]{{0,40}}['\"]?({_NAME})['\"]?[ \t]{{0,5}}:[ \t]{{0,5}}", re.MULTILINE)
_ENTRY_INSIDE = re.compile(rf"[{{,][ \t]{{0,5}}({_NAME})[ \t]{{0,5}}:[ \t]{{0,5}}")
_ENTRY_LENGTH = 400
_ZOD_FREE = re.compile(
    r"\.(?:default|optional|nullish|catch|prefault)\(|\bz\.optional\(|_default\("
)
_PARSED = re.compile(r"parse\(\s{0,5}process\.env|createEnv\(|safeParse\(process")
_IS_EMPTY = re.compile(r"[ \t]{0,5}===?[ \t]{0,5}(?:undefined|null|['\"]{2})")
_NEGATED = re.compile(r"![ \t]{0,3}(\w{1,60})\b(?![.\[(])")
_COMPARED = re.compile(r"\b(\w{1,60})[ \t]{0,3}===?[ \t]{0,3}(?:undefined|null)")
_ADONIS = re.compile(r"Env\.schema\.")
_ZOD = re.compile(r"z[ \t\n]{0,40}\.")
_ENVALID = re.compile(
    r"(?:envalid\.)?(?:str|num|bool|url|email|host|port|json|nonempty\w{1,20}|make\w{1,20})\("
)
_CONVICT = re.compile(rf"\benv:[ \t]{{0,5}}['\"]({_NAME})['\"]")
_REQUIRED = re.compile(r"\brequired['\"]?[ \t]{0,5}:[ \t]{0,5}\[([^\[\]]{1,2000})\]")
_DEFAULTED = re.compile(rf"\b({_NAME})\b['\"]?\s{{0,5}}:\s{{0,5}}\{{[^{{}}]{{0,300}}default")
_PRISMA = re.compile(rf"\burl[ \t]{{0,20}}=[ \t]{{0,20}}env\([\"']({_NAME})[\"']\)")
_QUOTED = re.compile(rf"['\"]({_NAME})['\"]")


def find(tree: Tree, entry: str = "") -> list[Variable]:
    """The variables that the server's code reads, each once, a need before a wish.

    With an `entry` only those files are looked at that it loads, if it can be told.
    """
    found: dict[str, Variable] = {}
    for each in _all(tree, entry):
        if _OWN.fullmatch(each.name):
            continue
        other = found.get(each.name)
        if other is None or each.outweighs(other):
            found[each.name] = each if other is None else replace(each, default=other.default)
        elif each.default and not other.default:
            found[each.name] = replace(other, default=True)
    return list(found.values())


def _all(tree: Tree, entry: str) -> Iterator[Variable]:
    for path in tree.named("schema.prisma")[:4]:
        code = tree.text(path) or ""
        for match in islice(_PRISMA.finditer(code), _MOST_READS):
            yield _variable(path, code, match.start(), match[1])
    left = _MOST_TEXT
    for path in sources(tree, entry):
        code = tree.text(path) or ""
        if len(code) <= min(left, _LONGEST) and any(word in code for word in _WORDS):
            left -= len(code)
            for reader in _READERS:
                for name, place, needed in islice(reader(code), _MOST_READS):
                    found = _variable(path, code, place, name)
                    sure = needed is True and not _in_a_case(code, place)
                    yield replace(
                        found, needed=sure, default=needed is None, doubtful=needed is True
                    )


def sources(tree: Tree, entry: str) -> list[str]:
    """The files that a server loads; without a way to tell, all that are no tools or tests."""
    source = next((path for path in (entry, *_before_build(entry)) if tree.has(path)), "")
    among = loaded(tree, source) if source else tree.files
    paths = (path for path in among if path.endswith(_ENDINGS) or path == source)
    kept = (path for path in paths if path == source or not _ASIDE.fullmatch(path))
    return list(islice(kept, _MOST_FILES))


def _before_build(entry: str) -> list[str]:
    """The source that a built entry is made of, as `tsc` names it."""
    inner = entry.partition("/")[2].rpartition(".")[0]
    return [f"src/{inner}.ts", f"{inner}.ts", f"src/{inner}.js"] if inner else []


def _variable(path: str, code: str, place: int, name: str) -> Variable:
    evidence = Evidence(path=path, line=code.count("\n", 0, place) + 1)
    return Variable(name=name, evidence=evidence, needed=True)


# A name, where it stands, and whether it is needed; None says that there is a default.
_Reads = Iterator[tuple[str, int, bool | None]]


def _in_a_case(code: str, place: int) -> bool:
    """Whether a place lies in a branch, or in what answers a request."""
    lines = code[max(0, place - _NEAR) : place].split("\n")[-_NEAR_LINES:]
    here = code[place - len(lines[-1]) : place + 1]
    indent = len(here) - len(here.lstrip())
    for line in reversed(lines[:-1]):
        inner = line.strip()
        if not inner or len(line) - len(line.lstrip()) >= indent:
            continue
        indent = len(line) - len(line.lstrip())
        if _CASE.match(inner) and not _PRODUCTION.search(inner):
            return True
        if indent == 0:
            return False
    return False


def _plain(code: str) -> _Reads:
    """Every read, with a default or without one."""
    for match in _READ.finditer(code):
        yield match[1] or match[2], match.start(), None if match[4] else False


def _taken_apart(code: str) -> _Reads:
    """`const {A, B = 1} = process.env`, and what is checked of it."""
    taken = list(islice(_TAKEN_APART.finditer(code), _MOST_FUNCTIONS))
    checked = _checked(code) if taken else set()
    for match in taken:
        for part in match[1].split(","):
            name, equals, _ = part.partition("=")
            name, _, other = (each.strip() for each in name.partition(":"))
            if re.fullmatch(_NAME, name):
                needed = (other or name) in checked
                yield name, match.start(), None if equals else needed


def _checked_reads(code: str) -> _Reads:
    """What an `if` gives up without, or an assertion names."""
    assigned = list(islice(_ASSIGNED.finditer(code), _MOST_READS))
    names = _checked(code) if assigned else set()
    for match in assigned:
        if match[1] in names:
            yield match[2] or match[3], match.start(), True
    for test in _IF.finditer(code):
        if "process.env" in test[1] and _is_given_up(code, test):
            for match in re.finditer(_ENV, test[1]):
                before = test[1][: match.start()].rstrip(" \t(")
                if before.endswith("!") or _IS_EMPTY.match(test[1][match.end() :]):
                    yield match[1] or match[2], test.start(), True
    values = {match[1]: match[2] or match[3] for match in assigned}
    calls = _ASSERTIONS | _assertions(code)
    for match in _ASSERTED.finditer(code):
        name = match[2] or match[3] or values.get(match[4] or "")
        if name and match[1] in calls:
            yield name, match.start(), True


def _assertions(code: str) -> set[str]:
    """What the module calls functions of packages that give up unless something is there."""
    names: set[str] = set()
    for found in islice(_OF_ASSERTIONS.finditer(code), _MOST_FUNCTIONS):
        for part in re.split(r"[{},]", found[1]):
            words = part.replace(":", " as ").split()
            # Others of the same packages, such as `equal`, say nothing of their first argument.
            if words and ("{" not in found[1] or words[0] in ("ok", "strict", "invariant")):
                names |= set(words[-1:])
    return names


def _is_given_up(code: str, test: re.Match[str]) -> bool:
    """Whether what follows an `if` ends the program, before another function begins."""
    after = code[test.end(1) : test.end(1) + 250].partition("\n}\n")[0]
    return bool(_GIVES_UP.search(after) or _GIVES_UP.search(test[1]))


def _checked(code: str) -> set[str]:
    """Names for which the module gives up when they are empty."""
    found: set[str] = set()
    for test in _IF.finditer(code):
        if _is_given_up(code, test):
            found |= {*_NEGATED.findall(test[1]), *_COMPARED.findall(test[1])}
    return found


def _used(code: str) -> _Reads:
    """What is given to a call that fails without it."""
    if any(word in code for word in _NEEDING):
        for match in _NEEDED_BY.finditer(code):
            yield match[1] or match[2], match.start(), True
    if "express-session" in code:
        for match in _SESSION.finditer(code):
            yield match[1] or match[2], match.start(), True


def _listed(code: str) -> _Reads:
    """Names in a list whose every item is looked up and has to be there."""
    if not (_BY_KEY.search(code) and _GIVES_UP.search(code)):
        return
    for each in _LIST.finditer(code):
        names = list(_QUOTED.finditer(each[1]))
        if names and not _QUOTED.sub("", each[1]).replace("as const", "").strip(" \t\n,"):
            for name in names:
                yield name[1], each.start(1) + name.start(), True


def _by_function(code: str) -> _Reads:
    """Names given to a function of the module that gives up without a value."""
    if not (_BY_NAME.search(code) and _GIVES_UP.search(code)):
        return
    left = _MOST_FUNCTIONS
    for made in islice(_FUNCTION.finditer(code), _MOST_ENTRIES):
        function, argument = made[1] or made[2], made[3]
        body = code[made.end() : made.end() + 500]
        body = body.partition("\nfunction ")[0].partition("\nexport ")[0]
        if f"process.env[{argument}]" not in body or not _gives_up_without(body, argument):
            continue
        call = rf"\b{re.escape(function)}(?:<[^>\n]{{0,60}}>)?\([ \t\n]{{0,40}}"
        for match in re.finditer(rf"{call}['\"]({_NAME})['\"][ \t\n]{{0,40}}(,?)", code):
            yield match[1], match.start(), None if match[2] else True
        left -= 1
        if left == 0:
            return


def _gives_up_without(body: str, argument: str) -> bool:
    """Whether a function ends the program if the variable of a name is not there."""
    read_here = rf"process\.env\[{re.escape(argument)}\]"
    name = r"\b(\w{1,60})(?:[ \t]{0,5}:[^=\n]{1,30})?"
    value = re.search(rf"{name}[ \t]{{0,5}}=[ \t]{{0,5}}{read_here}", body)
    if value and value[1] in _checked(body):
        return True
    return any(
        _is_given_up(body, test) and re.search(rf"^![ \t]{{0,3}}{read_here}", test[1])
        for test in _IF.finditer(body)
    )


def _strict(code: str) -> _Reads:
    for match in _STRICT_CALL.finditer(code):
        yield match[1] or match[2], match.start(), True


def _schemes(code: str) -> _Reads:
    """The entries of schemes that libraries check the environment by."""
    for words, start, needs in _LIBRARIES:
        if words in code and (start is not _ZOD or _PARSED.search(code)):
            yield from _entries(code, start, needs)
    if "@fastify/env" in code or "fastify-env" in code or "env-schema" in code:
        yield from _of_json_schema(code)
    if "convict(" in code:
        yield from _of_convict(code)


def _of_json_schema(code: str) -> _Reads:
    with_default = set(_DEFAULTED.findall(code))
    for each in _REQUIRED.finditer(code):
        for name in islice(_QUOTED.finditer(each[1]), _MOST_FUNCTIONS * 8):
            yield name[1], each.start(), None if name[1] in with_default else True


def _of_convict(code: str) -> _Reads:
    for match in _CONVICT.finditer(code):
        block = code[max(0, match.start() - 400) : match.start()].rpartition("{")[2]
        after = code[match.end() : match.end() + 200].partition("}")[0]
        if re.search(r"\bdefault:[ \t]{0,5}null\b", block + after):
            yield match[1], match.start(), True


def _entries(
    code: str, start: re.Pattern[str], needs: Callable[[str], bool]
) -> Iterator[tuple[str, int, bool | None]]:
    """The entries whose value begins so; each ends where the next one begins."""
    found = {match.end(): match for match in islice(_ENTRY.finditer(code), _MOST_ENTRIES)}
    inside = islice(_ENTRY_INSIDE.finditer(code), _MOST_ENTRIES)
    found.update({match.end(): match for match in inside})
    places = sorted(found)
    for number, place in enumerate(places):
        end = places[number + 1] if number + 1 < len(places) else len(code)
        value = code[place : min(end, place + _ENTRY_LENGTH)]
        value = re.split(r"\n[ \t]{0,40}[})]", value, maxsplit=1)[0]
        if start.match(value):
            match = found[place]
            yield match[1], match.start(1), True if needs(value) else None


# Words of a library, how the value of an entry begins, and whether the entry is needed.
_LIBRARIES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("zod", _ZOD, lambda value: not _ZOD_FREE.search(value)),
    ("cleanEnv(", _ENVALID, lambda value: "default:" not in value),
    ("oi.", re.compile(r"[jJ]oi\."), lambda value: ".required()" in value),
    ("Env.schema.", _ADONIS, lambda value: ".optional" not in value),
)
_READERS: tuple[Callable[[str], _Reads], ...] = (
    _plain, _taken_apart, _checked_reads, _used, _listed, _by_function, _strict, _schemes,
)  # fmt: skip
