/* Every option of the command, once (ux.md 2). */
#include "cli/opt_table.h"
#include "base/size.h"

#define TEXT(id_, group_, letter_, name_, argument_, help_)                                                                      \
    { HV_OPT_##id_, HV_GROUP_##group_, HV_KIND_TEXT, letter_, name_, argument_, NULL, help_ }
#define VALUE(id_, group_, kind_, letter_, name_, argument_, help_)                                                              \
    { HV_OPT_##id_, HV_GROUP_##group_, HV_KIND_##kind_, letter_, name_, argument_, NULL, help_ }
/* Of commands that sign in, and of those that keep passwords. */
#define ACCOUNT(id_, kind_, letter_, name_, argument_, help_)                                                                    \
    { HV_OPT_##id_, HV_GROUP_CONNECT | HV_GROUP_ACCOUNT, HV_KIND_##kind_, letter_, name_, argument_, NULL, help_ }
/* Of commands that sign in, and of those that only connect. */
#define REACH(id_, kind_, name_, argument_, help_)                                                                               \
    { HV_OPT_##id_, HV_GROUP_CONNECT | HV_GROUP_REACH, HV_KIND_##kind_, 0, name_, argument_, NULL, help_ }
#define FLAG(id_, group_, letter_, name_, help_)                                                                                 \
    { HV_OPT_##id_, HV_GROUP_##group_, HV_KIND_FLAG, letter_, name_, NULL, NULL, help_ }

const struct hv_opt_row hv_opt_rows[] = {
    TEXT(HOST, HOST, 'H', "host", "HOST", "host to work on: NAME, NAME:PORT or URL (HVCTL_HOST)"),
    TEXT(HOST, HOST, 0, "from", "HOST", "the same as --host"),
    TEXT(TO, TO, 0, "to", "HOST", "destination host, as we reach it"),
    TEXT(DESTINATION_NAME, DESTINATION, 0, "destination-name", "NAME",
         "what the source host calls the destination (default: host part of --to)"),
    TEXT(TO_USER, DESTINATION, 0, "to-user", "USER", "user at the destination (default: as at the source)"),
    TEXT(TO_PASSWORD_FILE, DESTINATION, 0, "to-password-file", "FILE", "password at the destination (default: as at the source)"),
    VALUE(TO_PASSWORD_FD, DESTINATION, NUMBER, 0, "to-password-fd", "N", "the same from this file descriptor"),

    TEXT(STORAGE, STORAGE, 0, "storage", "PATH", "move the storage too, into this folder at the destination"),
    FLAG(INCLUDE_STORAGE, STORAGE, 0, "include-storage", "move the storage too; the destination's pools choose the folders"),
    TEXT(TO_PATH, TO_PATH, 0, "to-path", "PATH", "folder for every disk and for the configuration"),
    VALUE(DISK, PLACE, PAIR, 0, "disk", "SRC=DST", "new path of one disk (repeat); SRC is its path or file name"),
    VALUE(DISK_RULE, PLACE, PAIR, 0, "disk-rule", "PATTERN=FOLDER",
          "folder of the disks whose path fits, as '*log*=E:\\' (repeat)"),
    TEXT(POOL, PLACE, 0, "pool", "NAME", "resource pool for the disks"),
    TEXT(CONFIG_PATH, PLACE, 0, "config-path", "PATH", "folder for the configuration"),
    TEXT(SNAPSHOT_PATH, PLACE, 0, "snapshot-path", "PATH", "folder for the checkpoints"),
    TEXT(PAGING_PATH, PLACE, 0, "paging-path", "PATH", "folder for the smart paging file"),

    VALUE(UNMANAGED, PLACE, PAIR, 0, "unmanaged", "SRC=DST", "move a disk that no setting names, as a parent (repeat)"),
    FLAG(REMOVE_SOURCE_UNMANAGED, PLACE, 0, "remove-source-unmanaged", "delete those at the source afterwards"),
    FLAG(KEEP_SOURCE, PLACE, 0, "keep-source", "keep the old copies of read-only disks at the source"),
    FLAG(AVOID_REMOVING_VHDS, PLACE, 0, "avoid-removing-vhds", "delete no disk, neither after success nor after failure"),
    FLAG(OVERWRITE, PLACE, 0, "overwrite", "overwrite disks that are at the new path already"),

    TEXT(NETWORK, WAY, 0, "network", "CIDR", "only by the destination's addresses in this network"),
    TEXT(DEST_IP, WAY, 0, "dest-ip", "ADDRESS", "only by this address of the destination (repeat)"),
    VALUE(TRANSPORT, WAY, CHOICE, 0, "transport", "tcp|smb", "how memory travels (default tcp)"),
    VALUE(COMPRESS, WAY, CHOICE, 0, "compress", "yes|no", "compress memory on its way (default: as the host is set)"),
    FLAG(CANCEL_ON_LONG_BLACKOUT, WAY, 0, "cancel-on-long-blackout", "give up rather than hold the VM for long"),
    VALUE(CPU_CAP, WAY, CHOICE, 0, "cpu-cap", "normal|low|high", "slow the VM down so that its memory can be followed"),
    TEXT(PROCESSOR_POOL, WAY, 0, "processor-pool", "NAME", "resource pool for the processors at the destination"),
    FLAG(PREFLIGHT, PREFLIGHT, 0, "preflight", "compare both hosts first, and warn of what the check does not ask"),
    FLAG(DEEP, DEEP, 0, "deep", "check whether the destination can take the storage, disk by disk"),

    FLAG(OFFLINE, OFFLINE, 0, "offline", "compare processors only, by what we carry from host to host"),
    TEXT(HOSTS, OFFLINE, 0, "hosts", "HOST", "the same for all VMs of a host (repeat, or with commas)"),
    FLAG(VECTORS, OFFLINE, 0, "vectors", "with these: list the compatibility vectors that were compared"),

    FLAG(DETACH, DETACH, 0, "detach", "return as soon as the job runs"),
    { HV_OPT_DRY_RUN, HV_GROUP_DRY_RUN | HV_GROUP_CHANGE, HV_KIND_FLAG, 'n', "dry-run", NULL, NULL,
      "change nothing: check, and show what would be done" },
    VALUE(PARALLEL, PARALLEL, NUMBER, 0, "parallel", "N", "how many at once (default 2)"),
    VALUE(POLL, WAIT, DURATION, 0, "poll", "DURATION", "look at the job this often (default 1s, growing to 5s)"),
    VALUE(PROGRESS, WAIT, CHOICE, 0, "progress", "auto|bar|plain|json|none", "how progress is shown on stderr"),

    VALUE(GRACE, CANCEL, DURATION, 0, "grace", "DURATION", "how long the job may take to end in good order (default 1m)"),
    FLAG(KILL, CANCEL, 0, "kill", "after that end it by force, which may leave things behind"),

    FLAG(WITH_CLUSTER, WITH_CLUSTER, 0, "with-cluster", "tell which VMs a failover cluster owns, and as which role"),
    FLAG(FORCE, FORCE, 0, "force", "close applications that object; what they did not save is lost"),
    VALUE(TIMEOUT, POWER, DURATION, 0, "timeout", "DURATION", "wait so long for the new state (default 5m)"),
    VALUE(PROCESSOR_COMPATIBILITY, VM_SET, CHOICE, 0, "processor-compatibility", "on|off",
          "use only what processors of other versions have too; the VM must be off"),
    FLAG(ENABLE, CONFIG, 0, "enable", "allow live migration to and from the host"),
    FLAG(DISABLE, CONFIG, 0, "disable", "allow none; storage can still be moved within the host"),
    VALUE(MAX_MIGRATIONS, CONFIG, NUMBER, 0, "max-migrations", "N", "VM migrations at once"),
    VALUE(MAX_STORAGE_MIGRATIONS, CONFIG, NUMBER, 0, "max-storage-migrations", "N", "storage migrations at once"),
    VALUE(MIGRATION_AUTH, CONFIG, CHOICE, 0, "migration-auth", "kerberos|credssp", "how hosts sign in to each other"),
    VALUE(PERFORMANCE, CONFIG, CHOICE, 0, "performance", "tcpip|compression|smb",
          "how memory travels unless a move says otherwise"),
    VALUE(METRIC, METRIC, NUMBER, 0, "metric", "N", "networks with a lower one are preferred"),
    TEXT(NEW_SUBNET, NEW_SUBNET, 0, "new-subnet", "CIDR", "the network to put in its place"),

    TEXT(NAMESPACE, RESOURCE, 0, "namespace", "NAMESPACE", "of a class name (default root/virtualization/v2)"),
    VALUE(SELECTOR, SELECTOR, PAIR, 0, "selector", "KEY=VALUE", "selects the instance (repeat)"),
    { HV_OPT_FILTER, HV_GROUP_ENUMERATE | HV_GROUP_SUBSCRIBE, HV_KIND_TEXT, 0, "filter", "WQL", NULL,
      "WQL query, such as \"SELECT * FROM Msvm_ComputerSystem\"" },
    TEXT(ASSOCIATED_WITH, ENUMERATE, 0, "associated-with", "JSON", "what is linked with this instance; see below"),
    TEXT(REFERENCES_OF, ENUMERATE, 0, "references-of", "JSON", "the links of this instance; see below"),
    TEXT(ASSOC_CLASS, ENUMERATE, 0, "assoc-class", "CLASS", "only by links of this class"),
    TEXT(RESULT_CLASS, ENUMERATE, 0, "result-class", "CLASS", "only what is of this class"),
    TEXT(ROLE, ENUMERATE, 0, "role", "NAME", "only where the instance is this end of the link"),
    TEXT(RESULT_ROLE, ENUMERATE, 0, "result-role", "NAME", "only what is this end of the link"),
    VALUE(MODE, ENUMERATE, CHOICE, 0, "mode", "object|epr|object-and-epr", "what to send for each instance (default object)"),
    VALUE(POLYMORPHISM, ENUMERATE, CHOICE, 0, "polymorphism", "include|exclude|none",
          "ask for the properties of subclasses, for those of the class alone, or for no subclasses"),
    FLAG(NO_OPTIMIZE, ENUMERATE, 0, "no-optimize", "do not ask for items in the first answer"),
    VALUE(MAX_ELEMENTS, ENUMERATE, NUMBER, 0, "max-elements", "N", "most items in one answer"),
    FLAG(PRECISE_ARRAYS, ENUMERATE, 0, "precise-arrays", "ask the host to tell null arrays from empty ones"),
    FLAG(ANONYMOUS, ANONYMOUS, 0, "anonymous", "do not sign in; hosts then tell less"),
    TEXT(FRAGMENT, FRAGMENT, 0, "fragment", "PROPERTY", "this property alone, spelled as the class does"),
    VALUE(SET, SET, PAIR, 0, "set", "PROPERTY=VALUE", "value of a property (repeat; a name given twice is an array); see below"),
    { HV_OPT_NULL, HV_GROUP_SET | HV_GROUP_PARAM, HV_KIND_TEXT, 0, "null", "NAME", NULL,
      "set a property to null, or send a parameter as null (repeat)" },
    { HV_OPT_AS_TEXT, (unsigned)HV_GROUP_SET | HV_GROUP_PARAM, HV_KIND_FLAG, 0, "as-text", NULL, NULL,
      "send values of properties whose type nobody knows as they are written" },
    FLAG(TYPES, TYPES, 0, "types", "ask the host for the types of properties that this build does not know"),
    TEXT(EVENT_QUERY, SUBSCRIBE, 0, "event-query", "XML",
         "query of the event log, as \"<QueryList>...</QueryList>\"; @FILE reads it"),
    VALUE(EXPIRES, SUBSCRIBE, DURATION, 0, "expires", "DURATION",
          "how long the host is to keep the subscription unless renewed (default 1h)"),
    VALUE(HEARTBEAT, SUBSCRIBE, DURATION, 0, "heartbeat", "DURATION", "ask the host for a sign of life this often"),
    VALUE(EVENTS, SUBSCRIBE, NUMBER, 0, "count", "N", "end after so many events"),
    VALUE(PARAM, PARAM, PAIR, 0, "param", "KEY=VALUE", "parameter (repeat; a name given twice is an array); see below"),

    FLAG(LIST, TRUST, 0, "list", "list the certificates that are trusted"),
    TEXT(REMOVE, TRUST, 0, "remove", "HOST", "trust no certificate of HOST any more"),

    VALUE(LIMIT, LIMIT, NUMBER, 0, "limit", "N", "only the last N entries"),
    VALUE(KEEP, KEEP, DURATION, 0, "keep", "DURATION", "keep what ended less than this ago (default 2160h)"),
    FLAG(LAST, LAST, 0, "last", "the move of the journal that began last and has no verdict"),

    REACH(PORT, NUMBER, "port", "PORT", "port of hosts named without one (default 5986)"),
    ACCOUNT(USER, TEXT, 'u', "user", "USER", "'DOMAIN\\user', 'user@REALM' or 'user' (HVCTL_USER)"),
    ACCOUNT(PASSWORD_FILE, TEXT, 0, "password-file", "FILE", "read the password from FILE, \"-\" is stdin (HVCTL_PASSWORD_FILE)"),
    ACCOUNT(PASSWORD_FD, NUMBER, 0, "password-fd", "N", "read the password from this file descriptor"),
    ACCOUNT(NETRC_FILE, TEXT, 0, "netrc-file", "FILE", "users and passwords by host (NETRC, ~/.netrc)"),
    { HV_OPT_NO_PROMPT, HV_GROUP_CONNECT | HV_GROUP_REACH | HV_GROUP_ACCOUNT, HV_KIND_FLAG, 0, "no-prompt", NULL, NULL,
      "never ask" },
    TEXT(AUTH, CONNECT, 0, "auth", "LIST",
         "how to sign in: negotiate (default), kerberos, ntlm, credssp, certificate, basic (HVCTL_AUTH)"),
    TEXT(KEYTAB, CONNECT, 0, "keytab", "FILE", "Kerberos key to sign in with, instead of a password"),
    TEXT(CERT, CONNECT, 0, "cert", "FILE", "certificate to sign in with, and those above it, PEM (--auth certificate)"),
    TEXT(KEY, CONNECT, 0, "key", "FILE", "its key, PEM (default: in the same file)"),
    TEXT(KEY_PASSWORD_FILE, CONNECT, 0, "key-password-file", "FILE", "password of an encrypted key, \"-\" is stdin"),
    VALUE(KEY_PASSWORD_FD, CONNECT, NUMBER, 0, "key-password-fd", "N", "the same from this file descriptor"),
    TEXT(SPN_SERVICE, CONNECT, 0, "spn-service", "NAME", "service that Kerberos knows the host by (default HTTP)"),
    TEXT(SPN_HOST, CONNECT, 0, "spn-host", "NAME", "host name that Kerberos knows it by (default: as addressed)"),
    FLAG(DELEGATE, CONNECT, 0, "delegate", "hand a forwarded Kerberos ticket to the host"),
    FLAG(NO_CHANNEL_BINDING, CONNECT, 0, "no-channel-binding", "for a host behind something that ends TLS"),
    REACH(CACERT, TEXT, "cacert", "FILE", "certificate authorities to trust, PEM (HVCTL_CACERT)"),
    REACH(CAPATH, TEXT, "capath", "DIR", "folder of them, prepared by openssl rehash"),
    TEXT(PINNEDPUBKEY, CONNECT, 0, "pinnedpubkey", "PIN", "public key to insist on, \"sha256//BASE64[;...]\""),
    REACH(FINGERPRINT, TEXT, "fingerprint", "SHA256", "certificate to trust, in hex (repeat, one for each host)"),
    FLAG(INSECURE, CONNECT, 'k', "insecure", "do not verify the certificate; Basic then needs a pin or fingerprint"),
    FLAG(HTTP_UNENCRYPTED_OK, CONNECT, 0, "http-unencrypted-ok", "allow http:// although everybody can read along"),
    REACH(PROXY, TEXT, "proxy", "URL", "proxy on the way, http://HOST:PORT (HTTPS_PROXY, NO_PROXY)"),
    REACH(PROXY_USER, TEXT, "proxy-user", "NAME", "user at the proxy, which is not the host's"),
    REACH(PROXY_PASSWORD_FILE, TEXT, "proxy-password-file", "FILE", "password at the proxy"),
    REACH(CONNECT_TIMEOUT, DURATION, "connect-timeout", "DURATION", "default 15s"),
    VALUE(REQUEST_TIMEOUT, CONNECT, DURATION, 0, "request-timeout", "DURATION", "default 60s"),
    TEXT(TRACE, CONNECT, 0, "trace", "FILE", "write each request, answer and change of state to FILE (HVCTL_TRACE)"),

    TEXT(RECORD, GENERAL, 0, "record", "DIR", "write the conversation with the hosts to DIR, a new fixture"),
    TEXT(REPLAY, GENERAL, 0, "replay", "DIR", "let the fixture in DIR answer instead of hosts (HVCTL_FIXTURE)"),
    FLAG(LENIENT, GENERAL, 0, "lenient", "with --replay: only warn of unknown requests and of recordings left unused"),
    FLAG(NO_REDACT, GENERAL, 0, "no-redact", "with --record: keep the names of hosts, users, VMs and files; needs --yes"),
    TEXT(REDACT_RULES, GENERAL, 0, "redact-rules", "FILE", "with --record and fixture verify: more names to replace"),
    FLAG(YES, GENERAL, 'y', "yes", "do not ask, do it"),

    VALUE(OUTPUT, GENERAL, CHOICE, 'o', "output", "table|plain|json|jsonl|xml", "format of the data on stdout (HVCTL_OUTPUT)"),
    { HV_OPT_OUTPUT, HV_GROUP_GENERAL, HV_KIND_FLAG, 0, "json", NULL, "json", "the same as --output json" },
    FLAG(QUIET, GENERAL, 'q', "quiet", "no progress and no notes on stderr, only errors and warnings"),
    FLAG(VERBOSE, GENERAL, 'v', "verbose", "more on stderr; twice: every request and answer"),
    FLAG(NO_COLOR, GENERAL, 0, "no-color", "no colour (NO_COLOR)"),
    FLAG(HELP, GENERAL, 'h', "help", "help on the command"),
    FLAG(VERSION, GENERAL, 0, "version", "version, licence and what is built in"),
};
const size_t hv_opt_n_rows = HV_ARRAY_SIZE(hv_opt_rows);
