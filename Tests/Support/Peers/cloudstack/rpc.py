"""PostgREST's function calls."""
import json

from aiohttp import web
from psycopg import sql

from .errors import ApiError

routes = web.RouteTableDef()


@routes.post("/rest/v1/rpc/{name}")
async def call(request):
    project = request.app["project"]
    role, claims = project.identify(request)
    text = (await request.read()).decode() or "{}"
    try:
        arguments = json.loads(text)
        names = sorted(arguments)
    except (ValueError, TypeError) as error:
        raise ApiError(400, "PGRST102", "Empty or invalid json") from error
    function = await _find(project, request.match_info["name"], tuple(names))
    async with project.as_role(role, claims, read_only=function["volatility"] != "v") as connection:
        result = await (await connection.execute(function["statement"], (text,) if names else ())).fetchone()
    if function["is_void"]:
        return web.Response(status=204)
    return web.Response(text=result[0] if result[0] is not None else "null", content_type="application/json")


async def _find(project, name, names):
    if (name, names) not in project.functions:
        async with project.as_admin() as connection:
            rows = await (await connection.execute(
                "select coalesce(p.proargnames, '{}'), p.pronargs, p.pronargdefaults, p.provolatile::text, p.proretset,"
                " p.prorettype = 'void'::regtype, array(select format_type(t, null) from unnest(p.proargtypes) t)"
                " from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname = %s", (name,))).fetchall()
        function = next((f for f in (_describe(name, names, row) for row in rows) if f), None)
        if function is None:
            listed = ", ".join(names)
            raise ApiError(
                404, "PGRST202", f"Could not find the function public.{name}({listed}) in the schema cache",
                f"Searched for the function public.{name} with parameters {listed} or with a single unnamed json/jsonb parameter,"
                " but no matches were found in the schema cache.")
        project.functions[name, names] = function
    return project.functions[name, names]


def _describe(name, names, row):
    argument_names, count, defaults, volatility, is_set, is_void, types = row
    known = dict(zip(argument_names[:count], types))
    required = argument_names[: count - defaults]
    if not set(names) <= set(known) or not set(required) <= set(names):
        return None
    function = sql.Identifier("public", name)
    if names:
        fields = sql.SQL(", ").join(sql.SQL("{} " + known[n]).format(sql.Identifier(n)) for n in names)
        passed = sql.SQL(", ").join(sql.SQL("{} := a.{}").format(sql.Identifier(n), sql.Identifier(n)) for n in names)
        source = sql.SQL("json_to_record(%s::json) as a({}), lateral {}({}) as r").format(fields, function, passed)
    else:
        source = sql.SQL("{}() as r").format(function)
    value = "coalesce(json_agg(r), '[]')::text" if is_set else "to_json(r)::text"
    return {"statement": sql.SQL(f"select {value} from ") + source, "volatility": volatility, "is_void": is_void}
