"""Query strings of PostgREST's table requests, as far as its clients here use them, made into SQL."""
from psycopg import sql

from .errors import ApiError

RESERVED = {"select", "order", "limit", "offset", "on_conflict", "columns", "apikey"}
_COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "like", "ilike": "ilike"}


def where(query, table):
    """A condition and its parameters; columns are named as the table's."""
    parts, values = [], []
    for column, expression in query.items():
        if column in RESERVED:
            continue
        part, value = _condition(sql.Identifier(table, column), expression)
        parts.append(part)
        values += value
    if not parts:
        return sql.SQL(""), []
    return sql.SQL(" where ") + sql.SQL(" and ").join(parts), values


def _condition(name, expression):
    operator, _, operand = expression.partition(".")
    negated = operator == "not"
    if negated:
        operator, _, operand = operand.partition(".")
    if operator == "in":
        part, values = sql.SQL("{}::text = any(%s)").format(name), [_list(operand)]
    elif operator == "is":
        if operand not in ("null", "true", "false"):
            raise _unparsable(expression)
        part, values = sql.SQL("{} is " + operand).format(name), []
    elif operator in ("like", "ilike"):
        part, values = sql.SQL("{} " + operator + " %s").format(name), [operand.replace("*", "%")]
    elif operator in _COMPARISONS:
        # An untyped parameter takes the column's type, as PostgREST's unknown literals do.
        part, values = sql.SQL("{} " + _COMPARISONS[operator] + " {}").format(name, sql.Literal(operand)), []
    else:
        raise _unparsable(expression)
    return (sql.SQL("not ({})").format(part) if negated else part), values


def _list(operand):
    if not (operand.startswith("(") and operand.endswith(")")):
        raise _unparsable(operand)
    items, current, quoted, escaped = [], "", False, False
    for character in operand[1:-1]:
        if escaped:
            current, escaped = current + character, False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            items.append(current)
            current = ""
        else:
            current += character
    return items + [current]


def _unparsable(expression):
    return ApiError(400, "PGRST100", f'"failed to parse filter ({expression})"')


def names(text):
    """Column names of `select`, `columns` or `on_conflict`; quotes around a name are its own affair."""
    return [name.strip().strip('"') for name in text.split(",") if name.strip()]


def columns(text):
    if not text or text == "*":
        return sql.SQL("*")
    return sql.SQL(", ").join(sql.SQL("*") if name == "*" else sql.Identifier(name) for name in names(text))


def order(text):
    if not text:
        return sql.SQL("")
    terms = []
    for term in text.split(","):
        name, *modifiers = term.split(".")
        piece = sql.Identifier(name)
        for modifier in modifiers:
            known = {"asc": " asc", "desc": " desc", "nullsfirst": " nulls first", "nullslast": " nulls last"}
            if modifier not in known:
                raise ApiError(400, "PGRST100", f'"failed to parse order ({term})"')
            piece = piece + sql.SQL(known[modifier])
        terms.append(piece)
    return sql.SQL(" order by ") + sql.SQL(", ").join(terms)
