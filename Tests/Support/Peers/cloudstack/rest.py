"""PostgREST's table requests: the ones that the cloud companion and the devices make."""
import json

from aiohttp import web
from psycopg import sql

from . import filters
from .errors import ApiError

routes = web.RouteTableDef()
MAX_ROWS = 1000
SINGLE = "application/vnd.pgrst.object+json"


@routes.get("/rest/v1/{table}")
async def select(request):
    call = await _Call.begin(request)
    condition, values = filters.where(request.query, call.table)
    limit = min(int(request.query.get("limit", MAX_ROWS)), MAX_ROWS)
    statement = sql.SQL("select {} from {}{}{} limit {} offset {}").format(
        filters.columns(request.query.get("select")), call.relation, condition, filters.order(request.query.get("order")),
        sql.Literal(limit), sql.Literal(int(request.query.get("offset", 0))))
    return await call.answer(statement, values, status=200, returning=True, read_only=True)


@routes.post("/rest/v1/{table}")
async def insert(request):
    call = await _Call.begin(request)
    rows = await _json(request)
    rows = rows if isinstance(rows, list) else [rows]
    names = filters.names(request.query.get("columns", "")) or sorted(rows[0]) if rows else []
    if not request.query.get("columns") and any(set(row) != set(names) for row in rows):
        raise ApiError(400, "PGRST102", "All object keys must match")
    if not names:
        return web.json_response([], status=201)
    target = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("insert into {} ({}) select {} from json_populate_recordset(null::{}, %s::json)").format(
        call.relation, target, target, call.relation)
    statement += await call.resolution(names)
    return await call.write(statement, [json.dumps(rows)], status=201)


@routes.patch("/rest/v1/{table}")
async def update(request):
    call = await _Call.begin(request)
    patch = await _json(request)
    condition, values = filters.where(request.query, call.table)
    names = [sql.Identifier(name) for name in patch]
    if not names:
        return web.Response(status=204)
    statement = sql.SQL("update {} set {} from json_populate_record(null::{}, %s::json) as pgrst_body{}").format(
        call.relation,
        sql.SQL(", ").join(sql.SQL("{} = pgrst_body.{}").format(name, name) for name in names), call.relation, condition)
    return await call.write(statement, [json.dumps(patch), *values], status=200)


@routes.delete("/rest/v1/{table}")
async def delete(request):
    call = await _Call.begin(request)
    condition, values = filters.where(request.query, call.table)
    return await call.write(sql.SQL("delete from {}{}").format(call.relation, condition), values, status=200)


async def _json(request):
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise ApiError(400, "PGRST102", "Empty or invalid json") from error


class _Call:
    """A request on one table, with who makes it."""

    @classmethod
    async def begin(cls, request):
        call = cls()
        call.project = request.app["project"]
        call.role, call.claims = call.project.identify(request)
        call.table = request.match_info["table"]
        call.prefer = {item.strip() for item in request.headers.get("Prefer", "").split(",")}
        call.single = SINGLE in request.headers.get("Accept", "")
        call.request = request
        call.name = sql.Identifier(call.table)
        call.relation = sql.Identifier("public", call.table)
        call.key = await call.find_table()
        return call

    async def find_table(self):
        """The primary key of the table, which must be in the exposed schema."""
        tables = self.project.tables
        if self.table not in tables:
            async with self.project.as_admin() as connection:
                row = await (await connection.execute(
                    "select array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid"
                    " and a.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary)"
                    " from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = %s and c.relkind in ('r', 'v', 'p')",
                    (self.table,))).fetchone()
            if row is None:
                raise ApiError(404, "PGRST205", f"Could not find the table 'public.{self.table}' in the schema cache")
            tables[self.table] = row[0]
        return tables[self.table]

    async def resolution(self, names):
        kinds = {item.partition("=")[2] for item in self.prefer if item.startswith("resolution=")}
        if not kinds:
            return sql.SQL("")
        target = filters.names(self.request.query.get("on_conflict", "")) or self.key
        clause = sql.SQL(" on conflict ({}) do ").format(sql.SQL(", ").join(map(sql.Identifier, target)))
        if "ignore-duplicates" in kinds:
            return clause + sql.SQL("nothing")
        return clause + sql.SQL("update set ") + sql.SQL(", ").join(
            sql.SQL("{} = excluded.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in names)

    async def write(self, statement, values, status):
        wants_rows = "return=representation" in self.prefer
        if wants_rows:
            chosen = filters.columns(self.request.query.get("select"))
            if self.request.method == "PATCH" and chosen.as_string(None) == "*":
                chosen = sql.SQL("{}.*").format(self.name)
            statement += sql.SQL(" returning ") + chosen
        if not wants_rows and status == 200:
            status = 204
        return await self.answer(statement, values, status, returning=wants_rows)

    async def answer(self, statement, values, status, *, returning, read_only=False):
        async with self.project.as_role(self.role, self.claims, read_only=read_only) as connection:
            if not returning:
                await connection.execute(statement, values)
                return web.Response(status=status)
            wrapped = sql.SQL("with pgrst_source as ({}) select coalesce(json_agg(s), '[]')::text, count(*) from pgrst_source s")
            text, count = await (await connection.execute(wrapped.format(statement), values)).fetchone()
            if self.single and count != 1:
                raise ApiError(
                    406, "PGRST116", "Cannot coerce the result to a single JSON object", f"The result contains {count} rows")
        if self.single:
            return web.Response(text=text[1:-1], content_type=SINGLE)
        last = f"0-{count - 1}" if count else "*"
        return web.Response(text=text, status=status, content_type="application/json", headers={"Content-Range": f"{last}/*"})
