/*
 * Known codes. Sources of the rows: wsman.md 5.2 to 5.5 (wsmerror.h, wbemcli.h, DSP0200) and hyperv.md 2.1, 5, 7.1, 7.4.
 *
 * A class other than PROTOCOL or FAILED stands only where the code alone settles it. Where one code has several causes the remedy
 * lists them, the likeliest first.
 */
#include "base/code.h"

#include "base/size.h"

#define DELEGATION_REMEDY                                                                                                        \
    "set AuthenticationType 1 (Kerberos) for live migration on both hosts\n"                                                     \
    "allow the computer account of each host to delegate to \"Microsoft Virtual System Migration Service\" and \"cifs\" of the " \
    "other, with \"any authentication protocol\", wait for AD replication, then run \"klist -li 0x3e7 purge\" on the source\n"   \
    "sign in with a domain account that both hosts know, and name hosts by FQDN"
#define RIGHTS_REMEDY "add the account to Hyper-V Administrators or Administrators of the host, and to Remote Management Users"
#define NEWER_REMEDY  "check that the host is Windows Server 2012 R2 or later, with the Hyper-V role"
#define QUOTA_REMEDY                                                                                                             \
    "wait and try again, with fewer operations at once\n"                                                                        \
    "raise the quota on the host: winrm set winrm/config/service @{MaxConcurrentOperationsPerUser=\"1500\"}"
#define BUSY_REMEDY     "wait until the other operation on the VM has ended, then try again"
#define ENVELOPE_REMEDY "raise the limit on the host: winrm set winrm/config @{MaxEnvelopeSizekb=\"8192\"}"
#define MEMORY_REMEDY   "free memory on the destination, or choose another host"
#define FIREWALL_REMEDY                                                                                                          \
    "check that both hosts can reach each other on TCP 6600 (migration) and 445 (SMB), on a network allowed for migration"

static const struct hv_code codes[] = {
    { HV_CODE_WSMAN, 0x80338000, "RESOURCE_NOT_FOUND", "the host has no such resource", NULL, HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x80338001, "INVALID_ACTIONURI", "the host knows no such action", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338006, "PULL_IN_PROGRESS", "another pull on the same enumeration is under way", NULL, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x8033800D, "SOAP_VERSION_MISMATCH", "the host does not speak SOAP 1.2", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033800F, "INVALID_MESSAGE_INFORMATION_HEADER", "the host refused a header of the request", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338010, "MUST_UNDERSTAND", "the host does not understand a header that it has to", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338011, "MESSAGE_INFORMATION_HEADER_REQUIRED", "the host misses a header in the request", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338012, "DESTINATION_UNREACHABLE", "the host knows no such resource or instance",
      "check the class name, the namespace and the selectors", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x80338013, "ACTION_NOT_SUPPORTED", "the resource does not support this operation", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338014, "ENDPOINT_UNAVAILABLE", "the resource is not available now", "try again later", HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x80338015, "INVALID_REPRESENTATION", "the host cannot take the instance that was sent", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338018, "FILTERING_NOT_SUPPORTED", "the resource cannot be filtered", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338019, "FILTER_DIALECT_UNAVAILABLE", "the host does not know the language of the filter", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033801A, "CANNOT_PROCESS_FILTER", "the host cannot carry out the query",
      "check the query, the class and the namespace", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033801B, "INVALID_ENUMERATION_CONTEXT", "the enumeration has expired at the host", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033801C, "ENUMERATE_TIMED_OUT", "the host found no item in time", NULL, HV_E_FAILED },
    { HV_CODE_WSMAN, 0x8033801E, "DELIVERY_MODE_UNAVAILABLE", "the host does not deliver events in this way", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338023, "EVENT_SOURCE_UNABLE", "the source of events cannot process the subscription", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338026, "ENVELOPE_TOO_LARGE", "the message is too large", ENVELOPE_REMEDY, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338027, "INVALID_SOAP_BODY", "the host cannot read the body of the request", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338029, "OPERATION_TIMEDOUT", "the host did not finish the operation in time",
      "try again with a longer --request-timeout, but look first whether it took effect if it was to change something",
      HV_E_FAILED },
    { HV_CODE_WSMAN, 0x8033802C, "UNSUPPORTED_ENCODING", "the host does not take this character encoding", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033802D, "URI_LIMIT", "the resource URI is too long for the host", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338031, "ACTION_MISMATCH", "action and body of the request do not fit", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338032, "CONCURRENCY", "another operation holds the resource", "try again later", HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x80338033, "ALREADY_EXISTS", "it exists already", NULL, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x80338039, "INVALID_OPTIONS", "the host refused an option of the request", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033803A, "INVALID_PARAMETER", "the host refused a parameter", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033803B, "INVALID_RESOURCE_URI", "the host refused the resource URI",
      "check the class name and the namespace", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033803D, "INVALID_SELECTORS", "the selectors do not name an instance", "check the selectors",
      HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033803F, "QUOTA_LIMIT", "a quota of the host is used up", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x80338041, "SCHEMA_VALIDATION_ERROR",
      "the request, or a parameter in it, does not have the form that the host wants",
      "for a method: check the names and types of the parameters (hvctl wsman class NAME)", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338042, "UNSUPPORTED_FEATURE", "the host lacks a feature that the request needs", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338043, "INVALID_XML", "the host cannot read the request as XML", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338047, "MAX_ENVELOPE_SIZE", "the host refused the answer size that was asked for", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338048, "MAX_ENVELOPE_SIZE_EXCEEDED", "the answer is larger than was asked for", ENVELOPE_REMEDY,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338049, "SERVER_ENVELOPE_LIMIT", "the answer is larger than the host is set to send", ENVELOPE_REMEDY,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033804D, "UNREPORTABLE_SUCCESS", "it was done, but the answer is too large to send", ENVELOPE_REMEDY,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338056, "INVALID_XML_VALUES", "the host refused a value", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338057, "INVALID_XML_MISSING_VALUES", "the host misses a value", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338058, "INVALID_XML_NAMESPACE", "the request is in the wrong XML namespace", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338059, "INVALID_XML_FRAGMENT", "the host refused the fragment", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033805A, "INSUFFICIENT_SELECTORS", "selectors are missing", "name every key of the class as a selector",
      HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033805B, "UNEXPECTED_SELECTORS", "the selectors do not fit, or what they name is gone",
      "check the selectors", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033805C, "SELECTOR_TYPEMISMATCH", "a selector has a value of the wrong type", "check the selectors",
      HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033805D, "INVALID_SELECTOR_VALUE", "a selector has an invalid value", "check the selectors",
      HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033805E, "AMBIGUOUS_SELECTORS", "the selectors fit several instances",
      "name every key of the class as a selector", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033805F, "DUPLICATE_SELECTORS", "a selector is given twice", "check the selectors", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033807E, "MIN_ENVELOPE_SIZE", "the answer size that was asked for is too small for the host", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033807F, "EPR_NESTING_EXCEEDED", "references are nested too deep", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338081, "INVALID_TIMEOUT_HEADER", "the host refused the timeout of the operation", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338083, "PLUGIN_FAILED", "the WMI plug-in of the host failed",
      "look into the log Microsoft-Windows-WinRM/Operational of the host", HV_E_FAILED },
    { HV_CODE_WSMAN, 0x80338084, "ENUMERATION_INVALID", "the enumeration broke off at the host", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338086, "ENUMERATION_MODE_UNSUPPORTED", "the host does not know this enumeration mode", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338087, "MUSTUNDERSTAND_ON_LOCALE", "the host cannot promise this language", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338090, "FRAGMENT_DIALECT_UNAVAILABLE", "the host does not know the language of the fragment", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338093, "INVALID_FRAGMENT_PATH", "the host cannot find the fragment", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803380EC, "WMI_INVALID_KEY", "a key is not valid", "check the selectors", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x803380ED, "CANNOT_CHANGE_KEYS", "the keys of an instance cannot change", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803380FA, "INVALID_URI_WMI_SINGLETON", "selectors are missing: the class has more than one instance",
      "name every key of the class as a selector", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x803380FB, "INVALID_URI_WMI_ENUM_WQL", "a WQL query needs a resource URI that ends in \"*\"",
      "give a namespace instead of a class, or leave the filter out", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803380FF, "WMI_PULL_ONLY", "the host delivers events by pull only", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338100, "EMBEDDED_NESTING_EXCEEDED", "embedded objects are nested too deep", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338101, "REMOTE_REFERENCE", "a reference to another machine cannot be sent", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338102, "WMI_PROVIDER_NOT_CAPABLE", "the provider of the class does not support this operation",
      "Hyper-V objects are changed by methods: use invoke", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338104, "WMI_SERVICE_ACCESS_DENIED", "the WMI service denied access", RIGHTS_REMEDY, HV_E_DENIED },
    { HV_CODE_WSMAN, 0x80338105, "WMI_PROVIDER_ACCESS_DENIED", "the WMI provider denied access", RIGHTS_REMEDY, HV_E_DENIED },
    { HV_CODE_WSMAN, 0x80338106, "WMI_CONNECT_ACCESS_DENIED", "access to the WMI namespace was denied", RIGHTS_REMEDY,
      HV_E_DENIED },
    { HV_CODE_WSMAN, 0x80338108, "ENUMERATE_WMI_INVALID_KEY", "an enumeration takes no selectors", "leave the selectors out",
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338112, "HTTP_SERVICE_UNAVAILABLE", "the service is not available now", "try again later",
      HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x8033811A, "SELECTOR_MATCHES_NOTHING", "the selectors name nothing that is there now",
      "check the selectors", HV_E_NOT_FOUND },
    { HV_CODE_WSMAN, 0x8033811D, "MAX_ELEMENTS_NOT_SUPPORTED", "the host does not take a number of items", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338122, "WSMAN_CANNOT_PROCESS_FILTER", "the host cannot carry out the filter", "check the filter",
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338137, "POLYMORPHISM_MODE_UNSUPPORTED", "the host does not know this polymorphism mode", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338138, "URI_NOT_SUPPORTED", "the host does not take this resource URI", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x80338139, "NON_DMTF_CLASS", "the class needs a resource URI of the WMI form", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033813A, "DMTF_VERSION", "the class needs a resource URI of the WMI form", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x8033813B, "DIFFERENT_CIM_SELECTOR", "the selector __cimnamespace contradicts the resource URI",
      "leave the selector __cimnamespace out", HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803381A5, "QUOTA_MAX_SHELLS", "the user has too many shells open on the host", QUOTA_REMEDY,
      HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381A6, "QUOTA_MAX_OPERATIONS", "the user has too many operations open on the host", QUOTA_REMEDY,
      HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381A7, "QUOTA_USER", "the host throttles the user's operations", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381A8, "QUOTA_SYSTEM", "the host is overloaded", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381AD, "PULL_PARAMS_NOT_SAME_AS_ENUM", "a pull must ask for as much as its enumeration", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803381AE, "DEPRECATED_CONFIG_SETTING", "the setting has no effect any more", NULL, HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803381D9, "SUBSCRIBE_WMI_INVALID_KEY", "a subscription takes no selectors", "leave the selectors out",
      HV_E_PROTOCOL },
    { HV_CODE_WSMAN, 0x803381DC, "SEMANTICCALLBACK_TIMEDOUT", "the host waited too long for an answer of the client", NULL,
      HV_E_FAILED },
    { HV_CODE_WSMAN, 0x803381DD, "REMOTE_ACCESS_DISABLED", "remote access by WinRM is disabled on the host",
      "run \"winrm quickconfig\" on the host", HV_E_DENIED },
    { HV_CODE_WSMAN, 0x803381E4, "QUOTA_PLUGIN_SHELLS", "a quota of shells is used up", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381E5, "QUOTA_PLUGIN_USERS", "too many users are connected", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381E6, "QUOTA_PLUGIN_SHELLS_TOTAL", "a quota of shells is used up", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381E7, "QUOTA_PLUGIN_OPERATIONS", "too many operations are open on the host", QUOTA_REMEDY,
      HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381E8, "QUOTA_USER_OPERATIONS", "the user has too many operations open on the host", QUOTA_REMEDY,
      HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381E9, "QUOTA_COMMANDS", "a quota of commands is used up", QUOTA_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WSMAN, 0x803381EA, "QUOTA_RESOURCES", "a quota of the host is used up", QUOTA_REMEDY, HV_E_CONFLICT },

    { HV_CODE_WIN32, 2, "ERROR_FILE_NOT_FOUND", "a file is not there",
      "if the VM's disks are not on storage that both hosts reach: move them too (--include-storage, or --storage PATH)\n"
      "check the path on the host that uses it",
      HV_E_FAILED },
    { HV_CODE_WIN32, 3, "ERROR_PATH_NOT_FOUND", "a folder is not there",
      "check that drive and folder exist on the host that uses them, and that the path is spelled right", HV_E_FAILED },
    { HV_CODE_WIN32, 5, "ERROR_ACCESS_DENIED", "access is denied",
      RIGHTS_REMEDY "\n"
                    "for a local administrator, set LocalAccountTokenFilterPolicy=1 on the host",
      HV_E_DENIED },
    { HV_CODE_WIN32, 14, "ERROR_OUTOFMEMORY", "the host is out of memory", MEMORY_REMEDY, HV_E_FAILED },
    { HV_CODE_WIN32, 32, "ERROR_SHARING_VIOLATION", "a file is in use", BUSY_REMEDY, HV_E_CONFLICT },
    { HV_CODE_WIN32, 50, "ERROR_NOT_SUPPORTED", "this is not supported",
      "if the VM has a pass-through disk: copy it into a VHDX file, or detach it before the move", HV_E_FAILED },
    { HV_CODE_WIN32, 80, "ERROR_FILE_EXISTS", "the file exists already", "remove the file, or choose another path",
      HV_E_CONFLICT },
    { HV_CODE_WIN32, 87, "ERROR_INVALID_PARAMETER", "a parameter is invalid",
      "if the VM has a virtual TPM, check that the destination holds the certificate of its key protector", HV_E_FAILED },
    { HV_CODE_WIN32, 112, "ERROR_DISK_FULL", "the disk is full", "free space, or choose another path", HV_E_FAILED },
    { HV_CODE_WIN32, 183, "ERROR_ALREADY_EXISTS", "it exists already", NULL, HV_E_CONFLICT },
    { HV_CODE_WIN32, 1168, "ERROR_NOT_FOUND", "what was named is not there",
      "check the names of pools, switches and folders on the host that uses them", HV_E_FAILED },
    { HV_CODE_WIN32, 1326, "ERROR_LOGON_FAILURE", "user name or password is wrong", "check the user name and the password",
      HV_E_AUTH },
    { HV_CODE_WIN32, 1331, "ERROR_ACCOUNT_DISABLED", "the account is disabled", "use another account", HV_E_AUTH },

    { HV_CODE_WMI, 0x80041001, "WBEM_E_FAILED", "the WMI provider failed", "look into the event logs of the host", HV_E_FAILED },
    { HV_CODE_WMI, 0x80041002, "WBEM_E_NOT_FOUND", "the object does not exist", NULL, HV_E_NOT_FOUND },
    { HV_CODE_WMI, 0x80041003, "WBEM_E_ACCESS_DENIED", "WMI denied access", RIGHTS_REMEDY, HV_E_DENIED },
    { HV_CODE_WMI, 0x80041004, "WBEM_E_PROVIDER_FAILURE", "the WMI provider failed", "look into the event logs of the host",
      HV_E_FAILED },
    { HV_CODE_WMI, 0x80041005, "WBEM_E_TYPE_MISMATCH", "a value has the wrong type", NULL, HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x80041008, "WBEM_E_INVALID_PARAMETER", "a parameter is invalid", NULL, HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x8004100E, "WBEM_E_INVALID_NAMESPACE",
      "the WMI namespace does not exist: the Hyper-V role is missing or you lack rights",
      "install the Hyper-V role on the host\n" RIGHTS_REMEDY "\n" NEWER_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_WMI, 0x80041010, "WBEM_E_INVALID_CLASS", "the host has no such class", NEWER_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_WMI, 0x80041013, "WBEM_E_PROVIDER_LOAD_FAILURE", "the host cannot load the WMI provider",
      "check that the service vmms runs on the host", HV_E_FAILED },
    { HV_CODE_WMI, 0x80041017, "WBEM_E_INVALID_QUERY", "the query is invalid", "check the query", HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x80041018, "WBEM_E_INVALID_QUERY_TYPE", "the query language is not supported", NULL, HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x80041019, "WBEM_E_ALREADY_EXISTS", "the object exists already", NULL, HV_E_CONFLICT },
    { HV_CODE_WMI, 0x80041024, "WBEM_E_PROVIDER_NOT_CAPABLE", "the provider of the class does not support this operation",
      "Hyper-V objects are changed by methods: use invoke", HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x8004102E, "WBEM_E_INVALID_METHOD", "the class has no such method", NEWER_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_WMI, 0x8004102F, "WBEM_E_INVALID_METHOD_PARAMETERS", "the parameters do not fit the method",
      "check the names and types of the parameters, and that the instance is named by selectors", HV_E_PROTOCOL },
    { HV_CODE_WMI, 0x80041055, "WBEM_E_METHOD_NOT_IMPLEMENTED", "the host does not implement the method", NEWER_REMEDY,
      HV_E_PROTOCOL },

    { HV_CODE_MIGRATION, 0x8009030E, "SEC_E_NO_CREDENTIALS", "the source host has no credentials to sign in to the destination",
      DELEGATION_REMEDY, HV_E_DELEGATION },
    { HV_CODE_MIGRATION, 0x8009030D, "SEC_E_UNKNOWN_CREDENTIALS",
      "the source host cannot use your credentials to sign in to the destination", DELEGATION_REMEDY, HV_E_DELEGATION },
    { HV_CODE_MIGRATION, 0x8009030C, "SEC_E_LOGON_DENIED", "the destination refused the sign-in of the source host",
      "check the account, the clocks and the trust between the domains\n" DELEGATION_REMEDY, HV_E_DELEGATION },
    { HV_CODE_MIGRATION, 0x80090322, "SEC_E_WRONG_PRINCIPAL",
      "the destination's service principal name (SPN) is missing or wrong",
      "name the destination by FQDN and check its DNS entry\n"
      "repair the SPN: setspn -S \"Microsoft Virtual System Migration Service/FQDN\" HOST",
      HV_E_DELEGATION },
    { HV_CODE_MIGRATION, 0x80090311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "the hosts reach no domain controller",
      "check DNS and the domain controllers from both hosts", HV_E_DELEGATION },
    { HV_CODE_MIGRATION, 0x80070005, "E_ACCESSDENIED", "access is denied between the hosts or to the files",
      "check your rights on the destination (Hyper-V Administrators)\n"
      "check that the computer accounts of both hosts may write to share and folder\n"
      "allow delegation to \"cifs\" with \"any authentication protocol\"",
      HV_E_DENIED },
    { HV_CODE_MIGRATION, 0x80070569, "ERROR_LOGON_TYPE_NOT_GRANTED", "the destination cannot start VMs: a logon right is missing",
      "grant \"Log on as a service\" to \"NT VIRTUAL MACHINE\\Virtual Machines\" on the destination (a group policy may have "
      "removed "
      "it)",
      HV_E_DENIED },
    { HV_CODE_MIGRATION, 0x8007052F, "ERROR_ACCOUNT_RESTRICTION", "a policy restricts the account",
      "use another account, or change the policy", HV_E_DENIED },
    { HV_CODE_MIGRATION, 0x80070534, "ERROR_NONE_MAPPED", "an account has no security identifier on the destination",
      "check the accounts in the VM's permissions\n"
      "on Azure Local 24H2, install the updates that repair it",
      HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x80070539, "ERROR_INVALID_SID", "a security identifier is damaged",
      "check the accounts in the VM's permissions", HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x8007274D, "WSAECONNREFUSED", "the destination refused the connection of the source host",
      "enable live migration on the destination and check that its service vmms runs\n" FIREWALL_REMEDY, HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x8007274C, "WSAETIMEDOUT", "the source host could not reach the destination in time", FIREWALL_REMEDY,
      HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x80072746, "WSAECONNRESET", "the connection between the hosts broke",
      "look into the log Hyper-V-VMMS-Admin of the destination\n" FIREWALL_REMEDY, HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x8007271D, "WSAEACCES", "a host may not open the migration port",
      "check what uses or blocks TCP 6600 on both hosts", HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x800705B4, "ERROR_TIMEOUT", "the hosts did not finish in time", "check the load of storage and network",
      HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x800705AA, "ERROR_NO_SYSTEM_RESOURCES", "the destination lacks resources", MEMORY_REMEDY, HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x8007000E, "E_OUTOFMEMORY", "the destination lacks memory", MEMORY_REMEDY, HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x800706BA, "RPC_S_SERVER_UNAVAILABLE", "the source host cannot talk to the destination",
      "check the name by which the source calls the destination (--destination-name), its DNS entry and the firewalls",
      HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x80071398, "ERROR_HOST_NODE_NOT_RESOURCE_OWNER", "the VM belongs to a cluster",
      "move it with the tools of the cluster", HV_E_CONFLICT },
    { HV_CODE_MIGRATION, 0xC03A0014, "VIRTDISK_PROVIDER_NOT_FOUND", "a disk or image of the VM cannot be used at the destination",
      "eject an ISO whose path the destination does not have", HV_E_FAILED },
    { HV_CODE_MIGRATION, 0xC0370027, "VID_SAVED_STATE_INCOMPATIBLE", "the saved state cannot be read at the destination",
      "start the VM and shut it down, or discard its saved state", HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x80070057, "E_INVALIDARG", "the host refused a parameter",
      "if the VM has a virtual TPM, check that the destination holds the certificate of its key protector", HV_E_FAILED },
    { HV_CODE_MIGRATION, 0x000013AB, "ERROR_CLUSTER_NETWORK_NOT_FOUND", "the network is no network of the cluster",
      "choose a network of the cluster for migration", HV_E_FAILED },

    { HV_CODE_CIM_STATUS, 1, "CIM_ERR_FAILED", "the WMI provider failed", "look into the event logs of the host", HV_E_FAILED },
    { HV_CODE_CIM_STATUS, 2, "CIM_ERR_ACCESS_DENIED", "access is denied", RIGHTS_REMEDY, HV_E_DENIED },
    { HV_CODE_CIM_STATUS, 3, "CIM_ERR_INVALID_NAMESPACE",
      "the WMI namespace does not exist: the Hyper-V role is missing or you lack rights",
      "install the Hyper-V role on the host\n" RIGHTS_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_CIM_STATUS, 4, "CIM_ERR_INVALID_PARAMETER", "a parameter is invalid", NULL, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 5, "CIM_ERR_INVALID_CLASS", "the host has no such class", NEWER_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_CIM_STATUS, 6, "CIM_ERR_NOT_FOUND", "the object does not exist", NULL, HV_E_NOT_FOUND },
    { HV_CODE_CIM_STATUS, 7, "CIM_ERR_NOT_SUPPORTED", "the host does not support this operation", NULL, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 10, "CIM_ERR_INVALID_SUPERCLASS", "the class has no such superclass", NULL, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 11, "CIM_ERR_ALREADY_EXISTS", "the object exists already", NULL, HV_E_CONFLICT },
    { HV_CODE_CIM_STATUS, 12, "CIM_ERR_NO_SUCH_PROPERTY", "the class has no such property", NULL, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 13, "CIM_ERR_TYPE_MISMATCH", "a value has the wrong type", NULL, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 14, "CIM_ERR_QUERY_LANGUAGE_NOT_SUPPORTED", "the query language is not supported", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 15, "CIM_ERR_INVALID_QUERY", "the query is invalid", "check the query", HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 16, "CIM_ERR_METHOD_NOT_AVAILABLE", "the method is not available", NEWER_REMEDY, HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 17, "CIM_ERR_METHOD_NOT_FOUND", "the class has no such method", NEWER_REMEDY, HV_E_NOT_FOUND },
    { HV_CODE_CIM_STATUS, 21, "CIM_ERR_INVALID_ENUMERATION_CONTEXT", "the enumeration has expired at the host", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 22, "CIM_ERR_INVALID_OPERATION_TIMEOUT", "the host refused the timeout of the operation", NULL,
      HV_E_PROTOCOL },
    { HV_CODE_CIM_STATUS, 27, "CIM_ERR_SERVER_LIMITS_EXCEEDED", "a quota of the host is used up", QUOTA_REMEDY, HV_E_CONFLICT },

    { HV_CODE_RETURN_VALUE, 0, "Completed", "done", NULL, 0 },
    { HV_CODE_RETURN_VALUE, 1, "NotSupported", "the host does not support this", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 2, "Failed", "the host reports failure", "look into the log Hyper-V-VMMS-Admin of the host",
      HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 3, "Timeout", "the host did not finish in time", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 4, "InvalidParameter", "the host refused a parameter", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 5, "InvalidState", "the object is in the wrong state for this", NULL, HV_E_CONFLICT },
    { HV_CODE_RETURN_VALUE, 6, "IncompatibleParameters", "the parameters do not fit together", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 4096, "JobStarted", "a job was started", NULL, 0 },
    { HV_CODE_RETURN_VALUE, 32768, "Failed", "the host reports failure", "look into the log Hyper-V-VMMS-Admin of both hosts",
      HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32769, "AccessDenied", "the host denied access", RIGHTS_REMEDY, HV_E_DENIED },
    { HV_CODE_RETURN_VALUE, 32770, "NotSupported", "the host does not support this", NEWER_REMEDY, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32771, "StatusUnknown", "the host does not know how it ended",
      "look at the VM on both hosts before trying again", HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32772, "Timeout", "the host did not finish in time", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32773, "InvalidParameter", "the host refused a parameter",
      "check names and paths: they must be valid on the host that uses them", HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32774, "InUse", "the VM is in use by another operation", BUSY_REMEDY, HV_E_CONFLICT },
    { HV_CODE_RETURN_VALUE, 32775, "InvalidState", "the VM or job is in the wrong state for this",
      "look at its state, and wait for running operations to end", HV_E_CONFLICT },
    { HV_CODE_RETURN_VALUE, 32776, "IncorrectDataType", "the host refused the type of a parameter", NULL, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32777, "NotAvailable", "the VM is not available", BUSY_REMEDY, HV_E_CONFLICT },
    { HV_CODE_RETURN_VALUE, 32778, "OutOfMemory", "the host is out of memory", MEMORY_REMEDY, HV_E_FAILED },
    { HV_CODE_RETURN_VALUE, 32779, "FileInUse", "a file is in use", BUSY_REMEDY, HV_E_CONFLICT },
    { HV_CODE_RETURN_VALUE, 32784, "NotCompatible", "the hosts are not compatible",
      "compare the processors of both hosts, or limit the VM's processor features", HV_E_NOT_MIGRATABLE },
};

static const struct hv_code *find(enum hv_code_space space, uint32_t code) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(codes); i++) {
        if (codes[i].space == space && codes[i].code == code)
            return &codes[i];
    }
    return NULL;
}

const struct hv_code *hv_code_find(enum hv_code_space space, uint32_t code) {
    const struct hv_code *known;

    if (space != HV_CODE_JOB)
        return find(space, code);
    known = find(HV_CODE_RETURN_VALUE, code);
    return known ? known : hv_code_find_hresult(code);
}

const struct hv_code *hv_code_find_hresult(uint32_t code) {
    static const enum hv_code_space spaces[] = { HV_CODE_WSMAN, HV_CODE_WMI, HV_CODE_MIGRATION };

    for (size_t i = 0; i < HV_ARRAY_SIZE(spaces); i++) {
        const struct hv_code *known = find(spaces[i], code);
        if (known)
            return known;
    }
    if (code >> 16 == 0x8007 || code >> 16 == 0)
        return find(HV_CODE_WIN32, code & 0xFFFF);
    return NULL;
}
