"""A Supabase project on this machine, for tests: PostgreSQL, and a gateway that speaks as Supabase's services do."""
