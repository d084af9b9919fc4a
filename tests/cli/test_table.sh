#!/bin/sh
# The tables of hvctl-migration(7), row by row: each command sends what its row says, in bytes, and the host understands it so; what a
# host describes and what the tables list is the same; and what a version of Windows lacks is refused before anything is asked for.
# Usage: test_table.sh sent HEADING... | classes | versions PROFILE | typed HEADING...
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
page=$here/../../src/cli/hvctl-migration.7.scd
tool=$here/table.py
rows=$work/rows
migration=Msvm_VirtualSystemMigration
versions='2012 2012r2 2016 1703 1709 2019 2022 23h2 2025'

scenario 'the page'
python3 "$tool" rows "$page" >"$rows"
check 'it has many rows' [ "$(wc -l <"$rows")" -gt 60 ]

# Has this version, as a row names it, what came with that one?
has() {
    known=no
    for version in $versions; do
        [ "$version" != "$(printf '%s' "$2" | tr -d ' ' | tr RH rh)" ] || known=yes
        [ "$version" != "$1" ] || break
    done
    [ $known = yes ]
}

# lab PROFILE: hosts on which every row can be run.
lab() {
    start_hosts --config "$here/table.ini" --migrate-seconds 1 --time-scale 100 --version-profile "hv01=$1" --version-profile hv02=2025
}

# What a planned VM is needed for has one before.
stage() {
    case $1 in
    staged\ prepare\ *) ;;
    staged\ *)
        staged=${1#staged * }
        quick staged prepare "${staged%% *}" --from "$hv01" --to "$hv02"
        exit_is 0
        ;;
    esac
}

# row_run COMMAND OPTION...: runs the command of a row with the hosts of the lab. The options stand first.
row_run() {
    row=$1
    shift
    case $row in
    staged\ discard\ * | staged\ set\ *) set -- --from "$hv01" --to "$hv02" --poll 50ms "$@" ;;
    migrate\ * | check\ * | staged\ * | cluster\ move\ *) set -- --from "$hv01" --to "$hv02" --poll 50ms --progress none "$@" ;;
    move-storage\ *) set -- --host "$hv01" --poll 50ms --progress none "$@" ;;
    sample\ *) set -- --poll 50ms --progress none "$@" ;;
    *) set -- --host "$hv01" "$@" ;;
    esac
    # The quotes of the row are for a shell.
    for_shell=$(printf '%s\n' "$row" | sed 's/ hv\(0[12]\)/ "$hv\1"/g')
    eval "hvctl \"\$@\" $for_shell"
}

# ---- what is sent ----

# The values of property $2 of class $1 that the host holds, as "TYPE VALUE, VALUE", one a line.
understood() {
    jq -r --arg class "$1" --arg name "$2" '
        [.jobs[].asked[], (.hosts[] | select(.name == "hv01") | .migration_settings, .network_settings[])][]
        | select(.class == $class) | .properties[$name] // empty
        | .type + (if .array then "[]" else "" end) + " " + ([.values[]
            | if . == "" then "\"\"" elif startswith("<INSTANCE") then capture("CLASSNAME=\"(?<c>[^\"]*)\"").c else . end] | join(", "))' "$state"
}

# Is one of the lines of file $2 what a row says?
says() {
    case $1 in
    *' *') grep -q "^${1%\*}." "$2" ;;
    *) grep -qxF -- "$1" "$2" ;;
    esac
}

row_is_sent() {
    case $1 in
    METHODS*)
        python3 "$tool" answers "$work/recording" "$2" >"$work/sent"
        note="answers: $(tr '\n' ';' <"$work/sent")"
        check "the host answers $3" says "$3" "$work/sent"
        check 'the host was asked' [ "$(n_requests ".method == \"$2\" and .status == 200")" -ge 1 ]
        ;;
    *)
        python3 "$tool" sent "$work/recording" "$1" "$2" >"$work/sent"
        note="sent: $(tr '\n' ';' <"$work/sent")"
        check "the bytes say $3" says "$3" "$work/sent"
        understood "$1" "$2" >"$work/understood"
        note="understood: $(tr '\n' ';' <"$work/understood")"
        check "the host understood $3" says "$3" "$work/understood"
        ;;
    esac
}

walk() {
    n_walked=0
    while IFS="$tab" read -r heading cells item since sent_as command <&7; do
        [ "$heading/$cells" = "$1/4" ] || continue
        scenario="$item: $command"
        lab 2025
        stage "$command"
        rm -rf "$work/recording"
        row_run "$command" --record "$work/recording" --no-redact --yes
        exit_is 0
        row_is_sent "$heading" "$item" "$sent_as"
        check "$since is a version" has 2025 "$since"
        n_walked=$((n_walked + 1))
    done 7<"$rows"
    scenario=$1
    check 'it has rows' [ $n_walked -ge 2 ]
}

# ---- what hosts describe ----

# Names in the tables under heading $1 that version $2 has; "TYPE" behind each where a row tells it.
listed() {
    while IFS="$tab" read -r heading cells item since sent_as rest <&7; do
        [ "$heading" = "$1" ] || continue
        case $cells in
        4) ! has "$2" "$since" || printf '%s %s\n' "$item" "${sent_as%% *}" ;;
        2) printf '%s\n' "$item" | tr ',' '\n' | tr -d ' ' ;;
        esac
    done 7<"$rows" | sort -u
}

same_lists() {
    sort -u "$work/described" | cut -d ' ' -f "$2" >"$work/a"
    cut -d ' ' -f "$2" "$work/listed" | sort -u >"$work/b"
    note=$(diff "$work/a" "$work/b")
    check "$1" cmp -s "$work/a" "$work/b"
}

describe_class() {
    hvctl wsman class "$1" -H "$hv01" -o json
    exit_is 0
    jq -r '.properties[] | select(.qualifiers.write and (.key | not)) | "\(.name) \(.type)\(if .array then "[]" else "" end)"' \
        "$work/out" >"$work/described"
    check 'something of it can be written' [ -s "$work/described" ]
}

classes() {
    for profile in $versions; do
        lab "$profile"
        for class in SettingData ServiceSettingData NetworkSettingData; do
            scenario="$profile: $migration$class"
            describe_class $migration$class
            listed $migration$class "$profile" >"$work/listed"
            same_lists 'the table has what the host describes as writable, with its type' 1,2
        done
        scenario="$profile: methods"
        hvctl wsman class ${migration}Service -H "$hv01" -o json
        jq -r '.methods[].name' "$work/out" >"$work/described"
        listed METHODS "$profile" >"$work/listed"
        same_lists 'the table has the methods that the host describes' 1
    done
    # Reasons stand for several properties, which have no type there.
    for class in Msvm_MoveUnmanagedVhd Msvm_VirtualSystemSettingData Msvm_StorageAllocationSettingData; do
        scenario="2025: $class"
        describe_class $class
        listed $class 2025 >"$work/listed"
        same_lists 'the table has what the host describes as writable' 1
        sort -u "$work/described" >"$work/sorted"
        grep ' ' "$work/listed" | sort -u | join - "$work/sorted" >"$work/typed"
        note=$(awk '$2 != $3' "$work/typed")
        check 'with its type' [ -z "$note" ]
    done
}

# ---- what versions lack ----

changes='.method == "MigrateVirtualSystemToHost" or .method == "CheckVirtualSystemIsMigratable" or .method == "ModifyServiceSettings"
    or .method == "AddNetworkSettings" or .method == "ModifyNetworkSettings" or .method == "RemoveNetworkSettings"'

# A row of raw access is sent as it is: the host refuses it by a fault or by what the method answers.
raw_row() {
    rm -rf "$work/recording"
    row_run "$2" --record "$work/recording" --no-redact --yes
    python3 "$tool" answers "$work/recording" "$(printf '%s\n' "$2" | sed 's/.*MigrationService \([A-Za-z]*\).*/\1/')" >"$work/answer"
    answer=$(cat "$work/answer")
    note="answer: ${answer:-none}"
    if [ "$1" = yes ]; then
        check 'the host takes it' among "$answer" '0|4096|1'
    else
        check 'the host refuses it' among "${answer:-fault}" 'fault|32773'
    fi
}

version_row() {
    case $2 in
    'wsman invoke '*)
        raw_row "$1" "$2"
        return
        ;;
    check\ * | sample\ *) row_run "$2" ;;
    staged\ *)
        stage "$2"
        row_run "$2" --yes
        ;;
    *) row_run "$2" --dry-run ;;
    esac
    if [ "$1" = yes ]; then
        exit_is 0
    else
        error_is 2 usage
        check 'the error says what is lacking' grep -qE 'does not know --|has no setting' "$work/err"
        sent 0 "$changes"
    fi
}

one_version() {
    lab "$1"
    while IFS="$tab" read -r heading cells item since sent_as command <&7; do
        [ "$cells" = 4 ] || continue
        scenario="$1: $item since $since: $command"
        forget_requests
        if has "$1" "$since"; then
            version_row yes "$command"
        else
            version_row no "$command"
        fi
        # These leave something behind.
        case $command in sample* | staged*) lab "$1" ;; esac
    done 7<"$rows"
}

# ---- what is typed in place of something else ----

# Each is one command that does it, and a move has moved.
typed() {
    grep "^$1$tab" "$rows" >"$work/typed-rows"
    check 'the table has rows' [ "$(wc -l <"$work/typed-rows")" -gt 10 ]
    while IFS="$tab" read -r heading cells item command <&7; do
        [ "$cells" = 2 ] || continue
        scenario="$item: $command"
        case $command in migrate* | move-storage* | sample* | host* | staged* | cluster*) lab 2019 ;; esac
        stage "$command"
        row_run "$command"
        exit_is 0
        case $command in
        *--detach* | *--dry-run* | *-check* | sample\ storage*) ;;
        migrate\ lab01*) vm_is_at 0A1B2C05-3D4E-4F50-8A6B-7C8D9E0F1005 hv02 ;;
        cluster\ move\ role01) vm_is_at 0A1B2C06-3D4E-4F50-8A6B-7C8D9E0F1006 hv02 ;;
        migrate\ web01* | staged\ complete\ web01 | sample\ vm*web01*) vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02 ;;
        migrate\ app01* | sample\ vm*app01*) vm_is_at 0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001 hv02 ;;
        migrate*) vm_is_at 0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008 hv02 ;;
        esac
    done 7<"$work/typed-rows"
}

what=${1:?what}
shift
case $what in
sent)
    for heading in "$@"; do
        walk "$heading"
    done
    ;;
classes) classes ;;
versions)
    for profile in "$@"; do
        one_version "$profile"
    done
    ;;
typed)
    for heading in "$@"; do
        typed "$heading"
    done
    ;;
*)
    echo "Bail out! no part $what"
    exit 1
    ;;
esac

finish
