//! How tenant data escapes PostgreSQL, each way tried here; the table below says where, and is held to what it names.
//! An attack that a catalogue shows is a lint as well, and each lint named is seen to fire. This suite refuses a number without a test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod audit;
mod children;
mod credentials;
mod crossing;
mod direct_sql;
mod dropped;
mod forging;
mod leftovers;
mod moved_side;
mod neighbours;
mod objects;
mod own_login;
mod places;
mod play;
mod privileges;
mod service;
mod side_channels;

use std::path::Path;

struct Attack {
    number: &'static str,
    what: &'static str,
    /// `module::test` of this suite, or the name of another suite that is about it as a whole.
    tests: &'static [&'static str],
    lints: &'static [&'static str],
}

const fn attack(number: &'static str, what: &'static str, tests: &'static [&'static str], lints: &'static [&'static str]) -> Attack {
    Attack { number, what, tests, lints }
}

const ATTACKS: &[Attack] = &[
    attack("1", "a setting forged inside one statement", &["forging::the_published_forgery_shows_the_own_rows_or_nothing", "forging::a_setting_forged_inside_one_statement_shows_no_foreign_row", "forging::a_setting_forged_in_one_statement_gains_nothing_in_the_next", "forging::a_forged_context_writes_nothing"], &["policy_believes_a_setting"]),
    attack("2", "an analyst sets the tenant, or becomes another role", &["direct_sql::nothing_an_analyst_sets_changes_what_they_see", "direct_sql::a_setting_forged_inside_an_analysts_statement_shows_no_foreign_row", "own_login::what_an_analyst_does_to_their_own_login_opens_nothing_and_keeps_nobody_out"], &["role_membership", "reporting_login_changed"]),
    attack("3", "an empty setting after a transaction", &["forging::without_entering_no_table_shows_a_row_and_none_takes_one"], &[]),
    attack("4", "a setting that outlives its request", &["leftovers::a_session_setting_left_behind_does_not_rule_the_next_request", "leftovers::a_transaction_ended_by_hand_takes_its_context_along"], &[]),
    attack("5", "a dropped future", &["dropped::a_write_dropped_at_any_await_is_whole_or_not_there_and_the_next_request_commits_none_of_it", "dropped::a_read_dropped_at_any_await_shows_the_next_request_its_own_tenant_alone", "dropped::an_unfinished_transaction_that_is_dropped_holds_no_lock_and_no_place_in_the_pool", "service::a_client_that_hangs_up_in_the_middle_leaves_nothing_to_the_next_request"], &[]),
    attack("6", "a cached plan, a default tenant", &["leftovers::a_generic_plan_kept_over_a_change_of_tenant_and_role_shows_the_new_ones_rows", "forging::without_entering_no_table_shows_a_row_and_none_takes_one"], &["policy_function_volatility", "wall_of_another_form"]),
    attack("7", "what survives on a connection", &["leftovers::no_request_sends_a_statement_that_would_outlive_it", "leftovers::no_function_runs_such_a_statement_from_text", "leftovers::a_setting_of_the_session_ends_with_the_request_that_made_it", "leftovers::temporary_objects_and_session_locks_are_refused"], &["database_open", "role_may_create"]),
    attack("7a", "role, groups and member forged inside a tenant", &["forging::a_scan_that_switches_the_context_midway_shows_one_tenant", "forging::a_context_written_by_hand_is_refused", "forging::the_context_is_taken_away_and_never_given", "forging::a_context_ends_with_its_transaction_and_goes_to_no_other_connection", "forging::an_expired_or_altered_token_is_refused", "forging::a_token_opens_the_tenant_it_names_and_that_of_a_live_membership_alone", "forging::a_token_rests_nowhere_that_sql_can_look", "forging::a_do_block_gains_nothing_and_swallowing_the_error_neither", "places::how_somebody_calls_is_not_theirs_to_say", "places::nobody_becomes_the_contact_that_stands_for_a_partner", "places::the_right_to_break_the_glass_gives_nothing_without_all_that_it_gives_away", "places::a_grant_from_before_makes_nobody_less_than_the_owner_they_became"], &["policy_calls_unsealed_function", "policy_call_for_each_row"]),
    attack("8", "owners, superusers, BYPASSRLS", &["privileges::no_login_of_the_service_becomes_another_role", "privileges::no_login_of_the_service_touches_the_walls_the_server_or_its_files", "privileges::the_service_does_not_start_as_a_role_that_skips_row_security_or_as_another_login"], &["role_bypasses", "row_security_not_forced", "row_security_off", "owner_unexpected", "role_granted_to_stranger"]),
    attack("9", "CREATEROLE and REPLICATION", &["privileges::logins_of_analysts_are_of_one_shape_and_not_the_operators_to_make", "privileges::no_login_of_the_service_touches_the_walls_the_server_or_its_files"], &["role_attributes", "reporting_login_shape", "replication_open"]),
    attack("10", "TRUNCATE, TRIGGER, REFERENCES", &["privileges::nobody_but_the_owner_truncates_triggers_or_references"], &["table_privilege_forbidden", "trigger_of_a_user"]),
    attack("11", "blind writes", &["privileges::blind_writes_touch_the_own_rows_alone"], &["update_of_keys", "door_of_several_commands"]),
    attack("12", "permissive policies add up", &["privileges::one_careless_door_opens_no_table"], &["wall_missing", "door_open", "door_to_unexpected_role"]),
    attack("13", "what is new is open", &["objects::a_new_table_view_or_function_is_closed_until_somebody_opens_it"], &["default_privileges", "grantee_unexpected"]),
    attack("14", "neighbouring databases", &["privileges::a_login_of_the_service_enters_no_neighbouring_database"], &["neighbour_database_open", "schema_public_open", "objects_elsewhere"]),
    attack("15", "a role changes itself", &["leftovers::what_a_request_does_to_its_own_login_is_seen_by_verify", "own_login::what_an_analyst_does_to_their_own_login_opens_nothing_and_keeps_nobody_out"], &["role_settings", "dangerous_default"]),
    attack("16", "views, materialized views, partitions, foreign tables", &["direct_sql::two_tenants_analysts_side_by_side_see_each_their_own_tenant_whole"], &["view_options", "view_reaches_elsewhere", "relation_kind"]),
    attack("17", "definers and search_path", &["objects::a_function_of_the_owner_is_not_hijacked_through_pg_temp", "privileges::a_login_does_what_its_name_says_and_no_more"], &["function_search_path", "function_open", "definer_executable", "definer_owner"]),
    attack("18", "keys without the tenant, children of invisible parents", &["objects::a_key_that_another_tenant_uses_tells_nothing_and_is_free", "objects::a_link_to_another_tenants_row_fails_as_one_to_nothing_does", "children::no_role_hangs_a_comment_or_an_event_on_a_ticket_it_does_not_see", "children::a_guessed_requester_or_group_does_not_open_a_visible_ticket_either", "children::a_child_follows_its_ticket_out_of_sight_and_cannot_be_pointed_elsewhere", "children::nobody_puts_anybody_into_a_group_they_do_not_manage"], &["key_without_tenant", "foreign_key_without_tenant", "foreign_key_action", "door_columns_not_held", "constraint_not_enforced"]),
    attack("19", "large objects, sequences, locks, notices, activity, names", &["side_channels::neither_counters_nor_sizes_of_tables_are_told", "objects::large_objects_are_closed_to_every_login", "side_channels::channels_between_sessions_are_closed", "side_channels::other_sessions_and_roles_show_no_text_and_no_customer", "leftovers::the_service_listens_and_notifies_nowhere"], &["large_objects", "sequence_shared", "catalogue_function_open", "setting_logs_values"]),
    attack("20", "error texts", &["side_channels::a_violated_constraint_quotes_no_value_of_a_row_that_one_may_not_see", "canaries"], &[]),
    attack("21", "row estimates", &["side_channels::an_estimate_is_the_same_for_a_word_that_others_use_and_for_one_that_nobody_does", "side_channels::statistics_of_what_people_wrote_are_neither_kept_nor_shown"], &["column_statistics", "statistics_kept", "extended_statistics"]),
    attack("22", "rows removed by a filter", &["side_channels::a_plan_does_not_tell_how_other_tenants_are_called", "direct_sql::a_plan_over_an_index_looks_at_no_foreign_row", "direct_sql::a_sequential_scan_tells_how_large_the_table_is_and_nothing_of_what_is_in_it", "moved_side::a_statement_that_moves_its_own_side_of_the_equality_learns_nothing"], &["index_without_tenant"]),
    attack("23", "a leakproof function that raises", &["side_channels::an_error_tells_of_no_row_that_one_may_not_see"], &["function_leakproof"]),
    attack("24", "operators that no index serves", &["direct_sql::a_plan_over_an_index_looks_at_no_foreign_row"], &["index_not_leakproof"]),
    attack("25", "plans kept across roles, old servers", &["leftovers::a_generic_plan_kept_over_a_change_of_tenant_and_role_shows_the_new_ones_rows"], &["server_version_floor", "server_version_behind"]),
    attack("26", "every surface", &["isolation"], &[]),
    attack("27", "work after the response", &["audit::no_answer_leaves_before_its_event_is_durable", "audit::every_answered_request_that_names_a_person_is_in_the_trail_under_its_id"], &[]),
    attack("28", "caches without the tenant", &["service::what_is_kept_in_memory_for_one_tenant_serves_no_other", "service::a_revoked_membership_ends_with_the_next_request_and_is_in_the_trail", "service::a_changed_role_or_group_holds_from_the_next_request_and_is_in_the_trail", "service::a_suspended_tenant_answers_nobody_from_the_next_request_on"], &[]),
    attack("29", "cursors, keys and headers not bound to the tenant", &["service::a_cursor_is_good_for_its_tenant_member_list_and_filter_alone", "service::an_idempotency_key_replays_to_its_own_member_alone", "service::headers_that_claim_a_tenant_or_a_person_change_nothing"], &[]),
    attack("30", "logs that print payloads", &["canaries"], &["setting_logs_values"]),
    attack("31", "a retry in another context", &["service::a_transaction_tried_again_after_a_deadlock_is_the_same_callers_and_counted_once"], &[]),
    attack("32", "counting what one may not see", &["service::totals_and_filters_count_nothing_that_is_hidden", "isolation"], &[]),
    attack("33", "a credential made of another, widened, prolonged or in another's name", &["credentials::a_stranger_learns_of_no_tenant_by_what_their_credential_is_refused_with", "credentials::a_tenant_and_none_answer_a_foreign_api_token_alike", "credentials::a_token_signed_for_one_purpose_serves_no_other", "credentials::injected_sql_finds_no_secret_no_session_and_no_way_to_mint", "credentials::a_token_makes_no_successor_that_outlives_it", "credentials::a_scope_that_is_narrower_in_name_alone_opens_nothing", "credentials::nobody_makes_or_touches_a_token_in_anothers_name", "credentials::a_role_or_a_service_is_given_no_right_that_its_maker_lacks"], &[]),
    attack("34", "what one tenant holds, fills or names, and another stumbles over", &["neighbours::sql_injected_names_no_stranger_and_waits_in_nobodys_way", "neighbours::an_identity_does_not_tell_whether_others_knew_it", "neighbours::whoever_names_tenants_that_are_none_stops_nobodys_trail", "neighbours::no_row_holds_a_time_that_the_service_cannot_tell", "neighbours::an_agreement_ends_at_a_time_that_its_partner_can_be_told", "neighbours::an_analyst_who_takes_their_limits_away_is_ended_and_nobody_else", "neighbours::whoever_reads_their_trail_waits_for_no_other_tenants_events", "crossing/senders::what_the_sender_holds_on_to_is_left_for_later_and_keeps_nobody_waiting"], &[]),
];

#[test]
fn every_attack_has_its_tests_and_every_test_named_exists() {
    let numbers: Vec<String> = ATTACKS.iter().map(|attack| attack.number.to_owned()).collect();
    let mut expected: Vec<String> = (1..=34).map(|n| n.to_string()).collect();
    expected.insert(7, "7a".into());
    assert_eq!(numbers, expected);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suites = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for Attack { number, what, tests, .. } in ATTACKS {
        assert!(!tests.is_empty(), "{number} ({what}) has no test");
        for test in *tests {
            match test.split_once("::") {
                Some((module, name)) => {
                    let text = std::fs::read_to_string(folder.join(format!("database/attacks/{module}.rs"))).unwrap();
                    assert!(text.contains(&format!("#[tokio::test]\nasync fn {name}()")), "{number} ({what}): {test} is not there");
                }
                None => assert!(suites.contains(&format!("name = \"{test}\"")), "{number} ({what}): there is no suite {test}"),
            }
        }
    }
}

#[tokio::test]
async fn every_lint_named_here_fires_on_its_fault() {
    let mut client = ringfence_tests::database::migrated_admin_client().await;
    client.batch_execute("set search_path = pg_catalog, pg_temp").await.unwrap();
    let lints = ringfence_store::verify::lints().unwrap();
    for Attack { number, what, lints: names, .. } in ATTACKS {
        for name in *names {
            let lint = lints.iter().find(|lint| lint.name == *name).unwrap_or_else(|| panic!("{number} ({what}): there is no lint {name}"));
            let found = match lint.substituted() {
                Some(substituted) => substituted.run(&client).await.unwrap(),
                None => {
                    let fault = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("database/faults/{name}.sql"));
                    let transaction = client.transaction().await.unwrap();
                    // The first of those that a file holds.
                    let text = std::fs::read_to_string(fault).unwrap();
                    transaction.batch_execute(text.split("--- ").next().unwrap()).await.unwrap();
                    let found = lint.run(&transaction).await.unwrap();
                    transaction.rollback().await.unwrap();
                    found
                }
            };
            assert!(!found.is_empty(), "{number} ({what}): {name} is blind");
        }
    }
}
