/* Every command of this build, with its help (ux.md 1). */
#include <stdint.h>

#include "base/size.h"
#include "cli/cmd.h"

#define CONNECT (HV_GROUP_CONNECT | HV_GROUP_HOST)
#define MOVE                                                                                                                     \
    (CONNECT | HV_GROUP_TO | HV_GROUP_DESTINATION | HV_GROUP_STORAGE | HV_GROUP_PLACE | HV_GROUP_WAY | HV_GROUP_FIX |            \
     HV_GROUP_PREFLIGHT | HV_GROUP_WAIT | HV_GROUP_PARALLEL)
#define STAGED   (CONNECT | HV_GROUP_TO | HV_GROUP_DESTINATION)
#define RESOURCE (CONNECT | HV_GROUP_RESOURCE)

#define VALUE_HELP                                                                                                               \
    "is a text; @FILE reads it from a file (\"-\" is stdin); JSON gives a reference\n"                                           \
    "  {\"resource_uri\": \"Msvm_VirtualSystemSettingData\", \"selectors\": {\"InstanceID\": \"...\"}}\n"                        \
    "or an embedded instance, whose types come from the class tables of this build, with --types from the host too\n"            \
    "  {\"class\": \"Msvm_VirtualSystemMigrationSettingData\", \"properties\": {\"MigrationType\": 32768}}\n"
#define RESOURCE_HELP "RESOURCE is a class name or a full resource URI.\n"

static const char param_help[] =
    "The value of --param " VALUE_HELP "or a date, which some methods want to be told apart from a text\n"
    "  {\"datetime\": \"2024-05-01T10:11:12Z\"} or {\"datetime\": \"PT30M\"}\n"
    "An instance is sent as text, which is what Hyper-V wants; {\"inline\": {\"class\": ...}} sends it as elements.\n";
static const char set_help[] =
    RESOURCE_HELP "The value of --set " VALUE_HELP "or, for an array, its values: '[\"a\", \"b\"]', '[]'\n";
static const char enumerate_help[] = RESOURCE_HELP
    "With --selector only the instances with these values are listed. The JSON of --associated-with and\n"
    "--references-of is {\"resource_uri\": \"Msvm_VirtualSystemSettingData\", \"selectors\": {\"InstanceID\": \"...\"}}.\n";
static const char subscribe_help[] =
    "RESOURCE is a class name or a full resource URI; with --filter it is * and with --event-query the event log unless it is\n"
    "named. Events are printed as they come, until Ctrl-C, which takes the subscription back.\n";

#define PLACE_HELP                                                                                                               \
    "Without --storage, --include-storage, --pool and --disk the disks stay where they are, which needs storage that both\n"     \
    "hosts reach. Paths are those of the hosts; quote them: 'C:\\VMs'. A --disk target that ends in a backslash is a folder.\n"
#define FIX_HELP                                                                                                                 \
    "--map-switch, --disconnect-missing and --eject-iso make a planned VM at the destination first, correct that, and move "     \
    "into\n"                                                                                                                     \
    "it; unless the VM moved it is removed again. The VM at the source stays as it is.\n"
static const char migrate_help[] = PLACE_HELP FIX_HELP;

static const char check_help[] = PLACE_HELP FIX_HELP
    "The source host is asked, which asks the destination, as for the move. With --offline and --hosts each host is asked by\n"
    "itself and the answers are carried by us: that works before hosts can sign in to each other, and judges processors\n"
    "only. Several destinations make a table of VMs and hosts. The exit status is 3 when any answer is no.\n";

static const char planned_help[] =
    "A planned VM stands for a VM at its destination (--to) before it moves. It can be corrected there, moved into, or removed;\n"
    "Hyper-V Manager does not show it. VM is its display name or the GUID, which is that of the VM.\n";

static const char fixture_help[] =
    "Names of hosts, VMs, users, files and the like are replaced by stand-ins, unless --no-redact --yes is given.\n";
static const char auth_help[] =
    "The keyring is that of the desktop session (libsecret). Whether the host takes the password is not asked.\n"
    "Where there is no session, use --password-file, a systemd credential or a netrc file instead.\n";

static const char trust_help[] =
    "The certificate is stored in $XDG_CONFIG_HOME/hvctl/known_hosts, and every command accepts it from then on for this host\n"
    "and port, and no other one. Compare the thumbprint with that on the host before you say yes:\n"
    "  winrm enumerate winrm/config/Listener\n"
    "With --fingerprint the certificate is stored without a question if it is that one.\n";

const struct hv_command hv_commands[] = {
    { { "vm", "list" },
      "",
      "list the VMs of one or more hosts",
      "  hvctl vm list -H hv01 -u 'DOMAIN\\admin'\n"
      "  hvctl vm list -H hv01,hv02 -o json | jq '.vms[].name'\n"
      "  hvctl vm list -H hv01 --with-cluster\n",
      NULL,
      CONNECT | HV_GROUP_WITH_CLUSTER,
      0,
      0,
      hv_cmd_vm_list },
    { { "vm", "show" },
      "VM",
      "show one VM: settings, disks, network adapters, checkpoints",
      "  hvctl vm show app01 -H hv01\n"
      "  hvctl vm show 4A1B6D6E-7B77-4A4C-9B8E-0A4C1F1D2E3F -H hv01 -o json\n",
      "VM is a display name or a GUID. A name that two VMs have is refused with both GUIDs.\n",
      CONNECT,
      1,
      1,
      hv_cmd_vm_show },
    { { "vm", "start" },
      "VM...",
      "start VMs that are off, saved or paused",
      "  hvctl vm start app01 db01 -H hv01\n",
      NULL,
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_start },
    { { "vm", "stop" },
      "VM...",
      "cut the power of VMs",
      "  hvctl vm stop app01 -H hv01\n",
      "The guest is not asked, and loses what it did not write. To ask it: hvctl vm shutdown.\n",
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_stop },
    { { "vm", "shutdown" },
      "VM...",
      "ask the guests of VMs to shut down, and wait until they are off",
      "  hvctl vm shutdown app01 -H hv01\n"
      "  hvctl vm shutdown app01 -H hv01 --force --timeout 10m\n",
      "A guest that is not off in time goes on by itself: the exit status is 11 then.\n",
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE | HV_GROUP_FORCE,
      1,
      SIZE_MAX,
      hv_cmd_vm_shutdown },
    { { "vm", "save" },
      "VM...",
      "save the memory of VMs to disk and turn them off",
      "  hvctl vm save app01 -H hv01\n",
      NULL,
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_save },
    { { "vm", "pause" },
      "VM...",
      "hold VMs, which stay in memory",
      "  hvctl vm pause app01 -H hv01\n",
      NULL,
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_pause },
    { { "vm", "resume" },
      "VM...",
      "let paused VMs go on",
      "  hvctl vm resume app01 -H hv01\n",
      NULL,
      CONNECT | HV_GROUP_POWER | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_resume },
    { { "vm", "set" },
      "VM...",
      "change settings of VMs that decide where they can go",
      "  hvctl vm set app01 -H hv01 --processor-compatibility on\n"
      "  hvctl vm set app01 -H hv01 --processor-compatibility off --dry-run -o json\n",
      "What is so already is left alone. A VM must be off for it.\n",
      CONNECT | HV_GROUP_VM_SET | HV_GROUP_CHANGE,
      1,
      SIZE_MAX,
      hv_cmd_vm_set },
    { { "host", "show" },
      "",
      "show a host's migration settings, listeners and networks",
      "  hvctl host show -H hv01\n"
      "  hvctl host show -H hv01 -H hv02 -o json\n",
      NULL,
      CONNECT,
      0,
      0,
      hv_cmd_host_show },
    { { "host", "config" },
      "",
      "show or change a host's migration settings",
      "  hvctl host config -H hv01\n"
      "  hvctl host config -H hv01,hv02 --enable --migration-auth kerberos --max-migrations 4\n"
      "  hvctl host config -H hv01 --performance smb --dry-run -o json\n",
      "What is as wanted already is left alone; what was changed is shown with its value before and after. Without any setting\n"
      "to change it shows them all, as hvctl host show does.\n",
      CONNECT | HV_GROUP_CONFIG | HV_GROUP_CHANGE,
      0,
      0,
      hv_cmd_host_config },
    { { "host", "network", "list" },
      "",
      "list the networks on which hosts take migrations",
      "  hvctl host network list -H hv01,hv02\n",
      NULL,
      CONNECT,
      0,
      0,
      hv_cmd_host_network_list },
    { { "host", "network", "add" },
      "CIDR",
      "take migrations on one network more",
      "  hvctl host network add 192.0.2.0/24 -H hv01,hv02\n"
      "  hvctl host network add fd00:10::/64 -H hv01 --metric 100\n",
      "One that is there already is left alone, but gets the metric that is given.\n",
      CONNECT | HV_GROUP_METRIC | HV_GROUP_CHANGE,
      1,
      1,
      hv_cmd_host_network_add },
    { { "host", "network", "set" },
      "CIDR",
      "change the metric or the addresses of a migration network",
      "  hvctl host network set 192.0.2.0/24 -H hv01 --metric 50\n"
      "  hvctl host network set 192.0.2.0/24 -H hv01 --new-subnet 198.51.100.0/24\n",
      NULL,
      CONNECT | HV_GROUP_METRIC | HV_GROUP_NEW_SUBNET | HV_GROUP_CHANGE,
      1,
      1,
      hv_cmd_host_network_set },
    { { "host", "network", "remove" },
      "CIDR",
      "take no more migrations on a network",
      "  hvctl host network remove 192.0.2.0/24 -H hv01\n",
      "One that is not there is no error.\n",
      CONNECT | HV_GROUP_CHANGE,
      1,
      1,
      hv_cmd_host_network_remove },
    { { "host", "network", "any" },
      "on|off",
      "take migrations on any network, or on those listed only",
      "  hvctl host network any on -H hv01\n"
      "  hvctl host network any off -H hv01 --dry-run\n",
      NULL,
      CONNECT | HV_GROUP_CHANGE,
      1,
      1,
      hv_cmd_host_network_any },
    { { "host", "diff" },
      "A B",
      "compare the migration settings of two hosts",
      "  hvctl host diff hv01 hv02\n"
      "  hvctl host diff hv01 hv02 -o json | jq .differences\n",
      "The exit status is 0 whether they differ or not.\n",
      HV_GROUP_CONNECT,
      2,
      2,
      hv_cmd_host_diff },
    { { "cluster", "list" },
      "",
      "list the VMs that failover clusters own, and the node that has each",
      "  hvctl cluster list -H hv01\n"
      "  hvctl cluster list -H hv01 -o json | jq '.clusters[].roles[] | select(.state != \"online\")'\n",
      "HOST is any node. Nodes of one cluster tell the same, and only the first of them is shown.\n",
      CONNECT,
      0,
      0,
      hv_cmd_cluster_list },
    { { "cluster", "show" },
      "",
      "show the failover cluster of a host: its nodes and roles",
      "  hvctl cluster show -H hv01\n",
      NULL,
      CONNECT,
      0,
      0,
      hv_cmd_cluster_show },
    { { "cluster", "move" },
      "VM...",
      "let the failover cluster move VMs to another node, and prove that they arrived",
      "  hvctl cluster move app01 --from hv01 --to hv02\n"
      "  hvctl migrate app01 --from hv01 --to hv02 --cluster\n",
      "The VMs are moved live. --from is the node that has them, --to the one that is to have them. The same as hvctl migrate\n"
      "--cluster; hvctl check --cluster asks whether node and role are ready for it.\n",
      CONNECT | HV_GROUP_TO | HV_GROUP_DESTINATION | HV_GROUP_WAIT | HV_GROUP_PARALLEL | HV_GROUP_DETACH | HV_GROUP_DRY_RUN,
      1,
      SIZE_MAX,
      hv_cmd_cluster_move },
    { { "check", NULL },
      "[VM...]",
      "ask the hosts whether VMs could move; nothing is changed",
      "  hvctl check app01 --from hv01 --to hv02\n"
      "  hvctl check app01 app02 --from hv01 --to hv02,hv03 --include-storage\n"
      "  hvctl check app01 --from hv01 --to hv02 --storage 'D:\\VMs' --preflight -o json | jq '.results[].preflight'\n"
      "  hvctl check app01 app02 --offline --from hv01 --to hv02\n"
      "  hvctl check --hosts hv01,hv02 --to hv01,hv02,hv03\n"
      "  hvctl check app01 --from hv01 --to hv02 --map-switch 'Lab network=Office' --eject-iso\n",
      check_help,
      MOVE | HV_GROUP_DEEP | HV_GROUP_OFFLINE | HV_GROUP_CLUSTER,
      0,
      SIZE_MAX,
      hv_cmd_check },
    { { "migrate", NULL },
      "VM...",
      "move VMs to another host, and prove that they arrived",
      "  hvctl migrate app01 --from hv01 --to hv02\n"
      "  hvctl migrate app01 --from hv01 --to hv02 --include-storage\n"
      "  hvctl migrate app01 --from hv01 --to hv02 --storage 'D:\\VMs' --disk 'app01.vhdx=E:\\fast\\'\n"
      "  hvctl migrate app01 --from hv01 --to hv02 --map-switch 'Lab network=Office' --eject-iso\n"
      "  hvctl migrate app01 --from hv01 --to hv02 --network 192.0.2.0/24 --compress no\n"
      "  hvctl migrate app01 app02 app03 --from hv01 --to hv02 --parallel 2 -o jsonl\n",
      migrate_help,
      MOVE | HV_GROUP_DETACH | HV_GROUP_DRY_RUN | HV_GROUP_CLUSTER,
      1,
      SIZE_MAX,
      hv_cmd_migrate },
    { { "move-storage", NULL },
      "VM",
      "move the storage of a VM on the same host",
      "  hvctl move-storage app01 -H hv01 --to-path 'D:\\VMs\\app01'\n"
      "  hvctl move-storage app01 -H hv01 --disk 'data.vhdx=E:\\slow\\'\n",
      NULL,
      CONNECT | HV_GROUP_TO_PATH | HV_GROUP_PLACE | HV_GROUP_WAIT | HV_GROUP_DETACH | HV_GROUP_DRY_RUN,
      1,
      1,
      hv_cmd_move_storage },
    { { "staged", "prepare" },
      "VM...",
      "make planned VMs at the destination; the VMs stay where they are",
      "  hvctl staged prepare app01 --from hv01 --to hv02\n"
      "  hvctl staged show app01 --to hv02\n",
      planned_help,
      STAGED | HV_GROUP_WAIT | HV_GROUP_PARALLEL,
      1,
      SIZE_MAX,
      hv_cmd_staged_prepare },
    { { "staged", "list" },
      "",
      "list the planned VMs of a host, and which of them are orphans",
      "  hvctl staged list --to hv02\n"
      "  hvctl staged list --from hv01 --to hv02 -o json | jq '.planned[] | select(.orphan)'\n",
      "With --from the VMs of that host are compared: a planned VM whose VM it does not have is an orphan.\n",
      STAGED,
      0,
      0,
      hv_cmd_staged_list },
    { { "staged", "show" },
      "VM",
      "show what a planned VM points to, next to what its host has",
      "  hvctl staged show app01 --to hv02\n"
      "  hvctl staged show app01 --to hv02 -o json | jq '.parts[] | select(.fit == \"missing\")'\n",
      planned_help,
      STAGED,
      1,
      1,
      hv_cmd_staged_show },
    { { "staged", "set" },
      "VM",
      "correct a planned VM: switches, disks, ISO images, folders",
      "  hvctl staged set app01 --to hv02 --map-switch 'Lab network=Office'\n"
      "  hvctl staged set app01 --to hv02 --disk 'D:\\VMs\\data.vhdx=E:\\VMs\\' --eject-iso --dry-run\n"
      "  hvctl staged set raw01 --to hv02 --physical 1=3\n",
      "Its checkpoints are corrected with it. What is so already is left alone. A --disk target must be there already: it is a\n"
      "virtual disk, an ISO image or a floppy image of the destination. With --from it is made sure that the VM does not move "
      "now.\n",
      STAGED | HV_GROUP_FIX | HV_GROUP_PLANNED | HV_GROUP_CHANGE,
      1,
      1,
      hv_cmd_staged_set },
    { { "staged", "check" },
      "VM...",
      "validate planned VMs, and ask whether their VMs could move into them",
      "  hvctl staged check app01 --from hv01 --to hv02\n"
      "  hvctl staged check app01 --from hv01 --to hv02 --include-storage\n",
      "When storage moves too, what the destination finds missing in the planned VM is only warned of: it is still to come.\n",
      STAGED | HV_GROUP_STORAGE | HV_GROUP_PLACE | HV_GROUP_WAY | HV_GROUP_WAIT | HV_GROUP_PARALLEL,
      1,
      SIZE_MAX,
      hv_cmd_staged_check },
    { { "staged", "complete" },
      "VM...",
      "move VMs into their planned VMs, and prove that they arrived",
      "  hvctl staged complete app01 --from hv01 --to hv02\n"
      "  hvctl staged complete app01 --from hv01 --to hv02 --include-storage\n",
      "When the move fails the planned VM stays, to be corrected once more or removed.\n",
      STAGED | HV_GROUP_STORAGE | HV_GROUP_PLACE | HV_GROUP_WAY | HV_GROUP_WAIT | HV_GROUP_PARALLEL | HV_GROUP_DETACH,
      1,
      SIZE_MAX,
      hv_cmd_staged_complete },
    { { "staged", "discard" },
      "[VM...]",
      "remove planned VMs",
      "  hvctl staged discard app01 --to hv02\n"
      "  hvctl staged discard --orphans --from hv01 --to hv02 --yes\n",
      "Their disks stay, and so do the VMs. With --from it is made sure that the VM does not move now.\n",
      STAGED | HV_GROUP_ORPHANS,
      0,
      SIZE_MAX,
      hv_cmd_staged_discard },
    { { "job", "list" },
      "",
      "list the jobs of hosts",
      "  hvctl job list -H hv01\n"
      "  hvctl job list -H hv01 -o json | jq '.jobs[] | select(.finished | not)'\n",
      NULL,
      CONNECT,
      0,
      0,
      hv_cmd_job_list },
    { { "job", "show" },
      "JOB",
      "show one job, and why it failed",
      "  hvctl job show hv01/4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11\n"
      "  hvctl job show 4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11 -H https://hv01:5986/wsman\n",
      "JOB is HOST/INSTANCEID, or the InstanceID with --host. A host forgets a job five minutes after its end;\n"
      "the journal of this user then tells of its moves.\n",
      CONNECT,
      1,
      1,
      hv_cmd_job_show },
    { { "job", "history" },
      "[VM]",
      "show the moves that this user made, from the journal",
      "  hvctl job history\n"
      "  hvctl job history app01 --limit 5 -o json\n",
      "No host is asked. An outcome \"open\" means that the move runs, or that its hvctl was killed.\n",
      HV_GROUP_LIMIT,
      0,
      1,
      hv_cmd_job_history },
    { { "job", "follow" },
      "[JOB]",
      "follow a running job to its end, and prove where the VM is",
      "  hvctl job follow hv01/4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11 --to hv02\n"
      "  hvctl job follow --last\n",
      "JOB is HOST/INSTANCEID, or the InstanceID with --host. Without --to only the source can be asked where the VM is.\n"
      "With --last the journal tells job and hosts, unless options do.\n",
      CONNECT | HV_GROUP_TO | HV_GROUP_DESTINATION | HV_GROUP_WAIT | HV_GROUP_LAST,
      0,
      1,
      hv_cmd_job_follow },
    { { "job", "cancel" },
      "[JOB]",
      "end a running job, and prove where the VM is",
      "  hvctl job cancel hv01/4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11 --to hv02\n"
      "  hvctl job cancel --last\n"
      "  hvctl job cancel hv01/4F0CE6B6-2C5B-4D4F-8B70-2A1B7A2C9D11 --to hv02 --kill --grace 2m\n",
      "JOB and --last as of \"job follow\". The host is asked to end the job in good order, and the job followed to its end: "
      "the\n"
      "exit status is 0 when the VM was not moved, 10 when it was moved all the same, and 16 when that cannot be told.\n",
      CONNECT | HV_GROUP_TO | HV_GROUP_DESTINATION | HV_GROUP_WAIT | HV_GROUP_LAST | HV_GROUP_CANCEL,
      0,
      1,
      hv_cmd_job_cancel },
    { { "journal", "export" },
      "[VM]",
      "print the journal of moves, one JSON object a line",
      "  hvctl journal export | jq 'select(.outcome == \"unknown\")'\n",
      NULL,
      HV_GROUP_LIMIT,
      0,
      1,
      hv_cmd_journal_export },
    { { "journal", "check" },
      "",
      "look through the journal for damage",
      "  hvctl journal check\n",
      NULL,
      0,
      0,
      0,
      hv_cmd_journal_check },
    { { "journal", "compact" },
      "",
      "remove old entries from the journal",
      "  hvctl journal compact --keep 720h\n",
      "Moves without a verdict stay.\n",
      HV_GROUP_KEEP,
      0,
      0,
      hv_cmd_journal_compact },
    { { "sample", NULL },
      "MODE ARGUMENTS...",
      "the command lines of Microsoft's migration sample",
      "  hvctl sample vm-simple hv01 hv02 app01\n"
      "  hvctl sample vm-simple-check hv01 hv02 app01\n"
      "  hvctl sample vm-and-storage-simple hv01 hv02 app01\n",
      "vm-simple, vm-simple-check, vm-and-storage-simple, vm-compression, vm-smb, vm-simple-with-ip,\n"
      "vm-simple-with-new-root, vm-detailed: SRC DST VM\n"
      "vm-and-storage: SRC DST VM NEWLOCATION\n"
      "storage-simple: HOST VM NEWLOCATION; storage-simple-with-pool: HOST VM POOLID BASEPATH\n"
      "modifyservice, modifynetworks, enablecompression, enablesmb: HOST\n"
      "checkcompatibility: SRC DST [VM]; compare-compatibility-vectors: HOST VM\n"
      "vm-detailed moves by way of a planned VM and asks nothing between; see hvctl staged and --map-switch of migrate.\n",
      HV_GROUP_CONNECT | HV_GROUP_DESTINATION | HV_GROUP_WAIT,
      1,
      5,
      hv_cmd_sample },
    { { "trust", NULL },
      "[HOST]",
      "show the certificate of a host, and trust it from now on",
      "  hvctl trust hv01\n"
      "  hvctl trust hv01 --fingerprint 3B:1C:...\n"
      "  hvctl trust --list\n"
      "  hvctl trust --remove hv01\n",
      trust_help,
      HV_GROUP_REACH | HV_GROUP_TRUST,
      0,
      1,
      hv_cmd_trust },
    { { "auth", "login" },
      "HOST",
      "keep the password of a user at a host in the keyring",
      "  hvctl auth login hv01 -u 'DOMAIN\\admin'\n"
      "  hvctl auth login hv01 -u admin --password-file ~/.hvctl-password\n",
      auth_help,
      HV_GROUP_ACCOUNT,
      1,
      1,
      hv_cmd_auth_login },
    { { "auth", "status" },
      "HOST",
      "show where the password for a host would come from",
      "  hvctl auth status hv01\n"
      "  hvctl auth status hv01 -u 'DOMAIN\\admin' -o json\n",
      "The host is not asked. No password is shown.\n",
      HV_GROUP_ACCOUNT,
      1,
      1,
      hv_cmd_auth_status },
    { { "auth", "logout" },
      "HOST",
      "take passwords for a host out of the keyring",
      "  hvctl auth logout hv01\n"
      "  hvctl auth logout hv01 -u 'DOMAIN\\admin'\n",
      "Without --user those of all users at that host are removed.\n",
      HV_GROUP_ACCOUNT,
      1,
      1,
      hv_cmd_auth_logout },
    { { "wsman", "identify" },
      "",
      "ask a host which WS-Management it speaks",
      "  hvctl wsman identify -H hv01\n"
      "  hvctl wsman identify -H hv01 --anonymous\n",
      NULL,
      CONNECT | HV_GROUP_ANONYMOUS,
      0,
      0,
      hv_cmd_wsman_identify },
    { { "wsman", "get" },
      "RESOURCE",
      "get one instance",
      "  hvctl wsman get Msvm_ComputerSystem -H hv01 --selector CreationClassName=Msvm_ComputerSystem --selector Name=GUID\n"
      "  hvctl wsman get Msvm_VirtualSystemSettingData -H hv01 --selector InstanceID=Microsoft:GUID --fragment Version\n",
      RESOURCE_HELP,
      RESOURCE | HV_GROUP_SELECTOR | HV_GROUP_FRAGMENT | HV_GROUP_TYPES,
      1,
      1,
      hv_cmd_wsman_get },
    { { "wsman", "put" },
      "RESOURCE",
      "change properties of an instance: get it, change it, put it back",
      "  hvctl wsman put Win32_Environment -H hv01 --namespace root/cimv2 --selector Name=X --selector 'UserName=<SYSTEM>' \\\n"
      "    --types --set VariableValue=1\n"
      "  hvctl wsman put Win32_Environment -H hv01 --namespace root/cimv2 --selector Name=X --selector 'UserName=<SYSTEM>' \\\n"
      "    --types --fragment VariableValue --set VariableValue=2\n",
      set_help,
      RESOURCE | HV_GROUP_SELECTOR | HV_GROUP_FRAGMENT | HV_GROUP_SET | HV_GROUP_TYPES,
      1,
      1,
      hv_cmd_wsman_put },
    { { "wsman", "create" },
      "RESOURCE",
      "make an instance, and print its name",
      "  hvctl wsman create Win32_Environment -H hv01 --namespace root/cimv2 --types --set Name=X --set 'UserName=<SYSTEM>' \\\n"
      "    --set VariableValue=1\n",
      set_help,
      RESOURCE | HV_GROUP_SET | HV_GROUP_TYPES,
      1,
      1,
      hv_cmd_wsman_create },
    { { "wsman", "delete" },
      "RESOURCE",
      "delete an instance",
      "  hvctl wsman delete Win32_Environment -H hv01 --namespace root/cimv2 --selector Name=X --selector 'UserName=<SYSTEM>'\n",
      RESOURCE_HELP,
      RESOURCE | HV_GROUP_SELECTOR,
      1,
      1,
      hv_cmd_wsman_delete },
    { { "wsman", "enumerate" },
      "RESOURCE",
      "list the instances of a class, or the answers to a query",
      "  hvctl wsman enumerate Msvm_ComputerSystem -H hv01 -o jsonl\n"
      "  hvctl wsman enumerate Msvm_ComputerSystem -H hv01 --filter 'SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 2'\n"
      "  hvctl wsman enumerate '*' -H hv01 --result-class Msvm_VirtualSystemSettingData \\\n"
      "    --associated-with '{\"resource_uri\": \"Msvm_ComputerSystem\",\n"
      "      \"selectors\": {\"CreationClassName\": \"Msvm_ComputerSystem\", \"Name\": \"GUID\"}}'\n",
      enumerate_help,
      RESOURCE | HV_GROUP_SELECTOR | HV_GROUP_ENUMERATE | HV_GROUP_TYPES,
      1,
      1,
      hv_cmd_wsman_enumerate },
    { { "wsman", "class" },
      "NAME",
      "describe a class: properties, keys, methods",
      "  hvctl wsman class Msvm_ComputerSystem -H hv01\n"
      "  hvctl wsman class Win32_OperatingSystem -H hv01 --namespace root/cimv2 -o json\n",
      NULL,
      RESOURCE,
      1,
      1,
      hv_cmd_wsman_class },
    { { "wsman", "subscribe" },
      "[RESOURCE]",
      "print events as they happen",
      "  hvctl wsman subscribe -H hv01 -o jsonl \\\n"
      "    --filter \"SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'\"\n"
      "  hvctl wsman subscribe -H hv01 --event-query '<QueryList><Query "
      "Path=\"System\"><Select>*</Select></Query></QueryList>'\n",
      subscribe_help,
      RESOURCE | HV_GROUP_SUBSCRIBE,
      0,
      1,
      hv_cmd_wsman_subscribe },
    { { "wsman", "invoke" },
      "RESOURCE METHOD",
      "call a method of an instance; it is sent at most once",
      "  hvctl wsman invoke Msvm_ComputerSystem RequestStateChange -H hv01 --param RequestedState=2 \\\n"
      "    --selector CreationClassName=Msvm_ComputerSystem --selector Name=GUID\n"
      "  hvctl wsman invoke Msvm_VirtualSystemMigrationService GetSystemCompatibilityInfo -H hv01 \\\n"
      "    --selector CreationClassName=Msvm_VirtualSystemMigrationService \\\n"
      "    --param 'ComputerSystem={\"resource_uri\": \"Msvm_ComputerSystem\",\n"
      "      \"selectors\": {\"CreationClassName\": \"Msvm_ComputerSystem\", \"Name\": \"GUID\"}}'\n",
      param_help,
      RESOURCE | HV_GROUP_SELECTOR | HV_GROUP_PARAM | HV_GROUP_TYPES,
      2,
      2,
      hv_cmd_wsman_invoke },
    { { "fixture", "record" },
      "DIR -- COMMAND...",
      "run a command and write its conversation to DIR",
      "  hvctl fixture record fixtures/move -- migrate app01 --from hv01 --to hv02 -u admin\n"
      "  hvctl migrate app01 --from hv01 --to hv02 -u admin --record fixtures/move\n",
      fixture_help,
      HV_GROUP_GENERAL,
      2,
      SIZE_MAX,
      hv_cmd_fixture_record },
    { { "fixture", "replay" },
      "DIR [-- COMMAND...]",
      "run a command against the recording in DIR, without network",
      "  hvctl fixture replay fixtures/move\n"
      "  hvctl fixture replay fixtures/move -- migrate vm-1 --from host-1 --to host-2\n",
      "Without COMMAND the recorded one is run. Hosts, VMs and files have the names that hvctl fixture show tells.\n",
      HV_GROUP_GENERAL,
      1,
      SIZE_MAX,
      hv_cmd_fixture_replay },
    { { "fixture", "refresh" },
      "DIR -- COMMAND...",
      "record a command anew, show what changed, and replace DIR",
      "  hvctl fixture refresh fixtures/move --yes -- migrate app01 --from hv01 --to hv02 -u admin\n",
      fixture_help,
      HV_GROUP_GENERAL,
      2,
      SIZE_MAX,
      hv_cmd_fixture_refresh },
    { { "fixture", "verify" },
      "DIR...",
      "look for names, secrets and broken references that a recording should not hold",
      "  hvctl fixture verify fixtures/move\n"
      "  hvctl fixture verify fixtures/* --redact-rules ours.rules\n",
      "The exit status is 1 when something is found. --redact-rules names a file with more names to look for.\n",
      HV_GROUP_GENERAL,
      1,
      SIZE_MAX,
      hv_cmd_fixture_verify },
    { { "fixture", "show" },
      "DIR [NUMBER]",
      "show what a recording holds, or one exchange of it",
      "  hvctl fixture show fixtures/move\n"
      "  hvctl fixture show fixtures/move 3\n",
      NULL,
      HV_GROUP_GENERAL,
      1,
      2,
      hv_cmd_fixture_show },
    { { "fixture", "diff" },
      "DIR DIR",
      "show what differs between two recordings of the same work",
      "  hvctl fixture diff fixtures/move fixtures/move.2025\n",
      "The exit status is 1 when something differs.\n",
      HV_GROUP_GENERAL,
      2,
      2,
      hv_cmd_fixture_diff },
    { { "help", NULL },
      "[COMMAND]",
      "help on a command",
      "  hvctl help migrate\n"
      "  hvctl help wsman invoke\n",
      NULL,
      0,
      0,
      HV_COMMAND_MAX_WORDS,
      hv_cmd_help },
    { { "version", NULL },
      "",
      "version, licence and what is built in",
      "  hvctl version\n"
      "  hvctl version -o json\n",
      NULL,
      0,
      0,
      0,
      hv_cmd_version },
};
const size_t hv_n_commands = HV_ARRAY_SIZE(hv_commands);
