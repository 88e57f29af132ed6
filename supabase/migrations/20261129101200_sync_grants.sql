-- Who owns and who may call what. Functions that act for a person run with that person's rights; those that keep records run as
-- sync_owner, which owns nothing but schema sync; the few that need more belong to whoever owns this database, and only
-- sync_owner may call them. All take the person from auth.uid(), none from a parameter that a caller chooses.

do $$
declare
    name text;
begin
    foreach name in array array[
        'lock_head(uuid)', 'versions_of(uuid[])', 'stamp(sync.heads, sync.version[])', 'capture(sync.tables, jsonb[])',
        'tg_capture()', 'tg_truncate()', 'tg_sticky_forget()',
        'note_failure(text, text, text, uuid[])', 'reconcile_user(uuid)', 'reconcile()', 'reconcile_me()',
        'ledger_open(uuid, bigint, int, text)',
        'ledger_close(uuid, sync.version[], bigint, uuid[], jsonb[], jsonb[], jsonb[])',
        'ledger_reject(uuid, bigint, json, text, text, uuid)', 'forget_records()', 'gc(interval, interval)'] loop
        execute format('alter function sync.%s owner to sync_owner', name);
    end loop;
end $$;

revoke execute on all functions in schema sync from public, anon, authenticated, service_role;
grant execute on all functions in schema sync to sync_owner;
-- What runs with a person's own rights, and the doors from there to the records.
grant execute on function
    sync.caller(), sync.now_ms(), sync.now_hlc(), sync.rid(uuid, text, text), sync.row_key(jsonb, text[]), sync.to_wire(jsonb, sync.tables),
    sync.to_wire_if_needed(jsonb, text), sync.hash(jsonb, sync.tables), sync.page_branch(sync.tables),
    sync.page(bigint, bigint, uuid, int), sync.pull(bigint, bigint, uuid, int), sync.repair_me(), sync.reconcile_me(),
    sync.ledger_open(uuid, bigint, int, text), sync.ledger_find(uuid, bigint, uuid),
    sync.ledger_close(uuid, sync.version[], bigint, uuid[], jsonb[], jsonb[], jsonb[]),
    sync.ledger_reject(uuid, bigint, json, text, text, uuid), sync.saw_latest(sync.state, sync.op, text),
    sync.beats(sync.state, sync.op, text, bigint, text), sync.touched(sync.state, bigint, text), sync.registers(jsonb, sync.tables),
    sync.same(jsonb, jsonb, boolean),
    sync.merge(sync.state, sync.op, sync.tables, text), sync.read_ops(jsonb, bigint), sync.versions_of(uuid[]), sync.load(sync.op[]),
    sync.key_condition(sync.tables, text), sync.ensure_profile(), sync.to_table(sync.state, sync.tables, uuid),
    sync.insist(text, bigint, bigint),
    sync.write(sync.tables, sync.state[]), sync.explain_missing(sync.tables, jsonb[], jsonb), sync.apply(uuid, bigint, jsonb),
    sync.account_state(), sync.forget_records() to authenticated;
grant execute on function sync.reconcile(), sync.gc(interval, interval), sync.unused_objects(interval) to service_role;

-- The doors to the API. New functions in `public` are open to anon until closed.
revoke execute on function
    public.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int), public.sync_pull(bigint, bigint, uuid, int),
    public.sync_reject(uuid, bigint, json, text, text, uuid), public.sync_status(), public.sync_reconcile(), public.sync_export(),
    public.sync_forget_me(text) from public, anon, service_role;
grant execute on function
    public.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int), public.sync_pull(bigint, bigint, uuid, int),
    public.sync_reject(uuid, bigint, json, text, text, uuid), public.sync_status(), public.sync_reconcile(), public.sync_export(),
    public.sync_forget_me(text) to authenticated;
