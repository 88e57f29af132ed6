-- Exactly once. A device numbers its operations without gaps; the ledger knows the last number applied and keeps the answers
-- until the device says that it has them. In one transaction: the effects, the number, the answers.

-- Locks the device's entry, which makes one device's pushes serial, and says whether both sides remember the same past.
create or replace function sync.ledger_open(p_dev uuid, p_acked bigint, p_proto int, p_app text, out last_n bigint, out verdict text)
language plpgsql security definer set search_path = '' as $$
declare
    me constant uuid := sync.caller();
    device sync.devices;
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    insert into sync.devices (user_id, device_id, proto, app) values (me, p_dev, p_proto, p_app) on conflict do nothing;
    select * into strict device from sync.devices d where d.user_id = me and d.device_id = p_dev for update;
    last_n := device.last_n;
    verdict := case
        -- The device has had answers to operations that this server knows nothing of: the server was restored.
        when p_acked > device.last_n then 'server_rewound'
        -- The device has forgotten answers that it once confirmed: it was restored, or is a copy.
        when p_acked < device.acked then 'device_rewound'
        else 'ok' end;
    if verdict = 'ok' then
        delete from sync.applied a where a.user_id = me and a.device_id = p_dev and a.last_n <= p_acked;
        update sync.devices d set acked = p_acked, proto = p_proto, app = p_app, seen_at = now()
        where d.user_id = me and d.device_id = p_dev;
    end if;
end $$;

-- The stored answer to an operation that was applied before; null when it was another one, under the same number.
create or replace function sync.ledger_find(p_dev uuid, p_n bigint, p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
select a.results -> (p_n - a.first_n)::int from sync.applied a
where a.user_id = sync.caller() and a.device_id = p_dev and a.first_n <= p_n and a.last_n >= p_n and a.ids[p_n - a.first_n + 1] = p_id
$$;

-- Numbers the new versions and writes down the answers. Here and only here a push takes the head lock.
create or replace function sync.ledger_close(
    p_dev uuid, p_versions sync.version[], p_first bigint, p_ids uuid[], p_results jsonb[], p_rejected jsonb[], p_conflicts jsonb[])
returns void language plpgsql security definer set search_path = '' as $$
declare
    me constant uuid := sync.caller();
begin
    if cardinality(p_versions) > 0 then
        if exists (select from unnest(p_versions) v where v.rid <> sync.rid(me, v.tbl, v.row_key)) then
            raise exception 'not a row of the caller' using errcode = '42501';
        end if;
        perform sync.stamp(sync.lock_head(me), p_versions);
    end if;
    if cardinality(p_ids) > 0 then
        insert into sync.applied (user_id, device_id, first_n, last_n, ids, results)
        values (me, p_dev, p_first, p_first + cardinality(p_ids) - 1, p_ids, to_jsonb(p_results));
        update sync.devices d set last_n = p_first + cardinality(p_ids) - 1, seen_at = now()
        where d.user_id = me and d.device_id = p_dev;
    end if;
    insert into sync.rejected (user_id, device_id, n, op, code, msg)
    select me, p_dev, (x -> 'op' ->> 'n')::bigint, (x -> 'op')::json, x ->> 'code', x ->> 'msg' from unnest(p_rejected) x
    on conflict do nothing;
    insert into sync.conflicts (user_id, tbl, row_key, kept, lost, lost_hlc, lost_node)
    select me, x ->> 't', x ->> 'k', x -> 'kept', x -> 'lost', (x ->> 'h')::bigint, p_dev::text from unnest(p_conflicts) x;
end $$;

-- Records an operation that the database refuses, so that the next ones can come. Only the very next operation.
create or replace function sync.ledger_reject(p_dev uuid, p_n bigint, p_op json, p_code text, p_msg text, p_id uuid)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
    me constant uuid := sync.caller();
    device sync.devices;
    op_id uuid := p_id;
begin
    if me is null then
        raise exception 'sign in first' using errcode = '28000';
    end if;
    if octet_length(p_op::text) > 1048576 then
        p_op := null;
    end if;
    insert into sync.devices (user_id, device_id, proto) values (me, p_dev, 1) on conflict do nothing;
    select * into strict device from sync.devices d where d.user_id = me and d.device_id = p_dev for update;
    if op_id is null then
        op_id := p_op ->> 'id';
    end if;
    if p_n = device.last_n + 1 then
        insert into sync.applied (user_id, device_id, first_n, last_n, ids, results)
        values (me, p_dev, p_n, p_n, array[op_id], jsonb_build_array(
            jsonb_build_object('n', p_n, 'id', op_id, 'r', 'rejected', 'code', p_code, 'msg', p_msg)));
        insert into sync.rejected (user_id, device_id, n, op, code, msg) values (me, p_dev, p_n, p_op, left(p_code, 10), left(p_msg, 1000));
        update sync.devices d set last_n = p_n, seen_at = now() where d.user_id = me and d.device_id = p_dev;
        return jsonb_build_object('verdict', 'ok', 'last', p_n);
    end if;
    -- A gap: this server was set back since the device gave out that number.
    if p_n > device.last_n then
        return jsonb_build_object('last', device.last_n, 'verdict', 'server_rewound');
    end if;
    return jsonb_build_object('last', device.last_n, 'verdict',
        case when sync.ledger_find(p_dev, p_n, op_id) is null then 'device_rewound' else 'ok' end);
end $$;

-- An operation whose text PostgreSQL cannot hold at all (a NUL, half a surrogate) is recorded by its id alone.
create or replace function public.sync_reject(
    p_dev uuid, p_n bigint, p_op json default null, p_code text default '', p_msg text default null, p_id uuid default null)
returns jsonb language sql volatile set search_path = '' as
$$ select sync.ledger_reject(p_dev, p_n, p_op, p_code, p_msg, p_id) $$;
