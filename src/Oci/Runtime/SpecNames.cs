namespace Wharf.Oci.Runtime;

/// <summary>
/// Names of the spec's properties in their own spelling. Go's decoder, and so runc, takes a name in any; a document has such a name
/// so rarely that only one that is not known by its spelling is looked up here.
/// </summary>
internal static class SpecNames
{
    /// <summary>The spelling of the spec for a name that a reader did not know; null when it is that already.</summary>
    internal static string? Respelled(string name)
    {
        string lower = name.ToLowerInvariant();
        string known = lower switch
        {
            "additionalgids" => "additionalGids",
            "apparmorprofile" => "apparmorProfile",
            "blockio" => "blockIO",
            "cgroupspath" => "cgroupsPath",
            "checkbeforeupdate" => "checkBeforeUpdate",
            "classid" => "classID",
            "closid" => "closID",
            "commandline" => "commandLine",
            "consolesize" => "consoleSize",
            "containerid" => "containerID",
            "createcontainer" => "createContainer",
            "createruntime" => "createRuntime",
            "defaultaction" => "defaultAction",
            "defaulterrnoret" => "defaultErrnoRet",
            "disableoomkiller" => "disableOOMKiller",
            "enablemonitoring" => "enableMonitoring",
            "errnoret" => "errnoRet",
            "execcpuaffinity" => "execCPUAffinity",
            "filemode" => "fileMode",
            "gidmappings" => "gidMappings",
            "hcahandles" => "hcaHandles",
            "hcaobjects" => "hcaObjects",
            "hostid" => "hostID",
            "hugepagelimits" => "hugepageLimits",
            "intelrdt" => "intelRdt",
            "iopriority" => "ioPriority",
            "kerneltcp" => "kernelTCP",
            "l3cacheschema" => "l3CacheSchema",
            "leafweight" => "leafWeight",
            "listenermetadata" => "listenerMetadata",
            "listenerpath" => "listenerPath",
            "maskedpaths" => "maskedPaths",
            "membwschema" => "memBwSchema",
            "memorypolicy" => "memoryPolicy",
            "mountlabel" => "mountLabel",
            "netdevices" => "netDevices",
            "nonewprivileges" => "noNewPrivileges",
            "ociversion" => "ociVersion",
            "oomscoreadj" => "oomScoreAdj",
            "pagesize" => "pageSize",
            "readonlypaths" => "readonlyPaths",
            "realtimeperiod" => "realtimePeriod",
            "realtimeruntime" => "realtimeRuntime",
            "rootfspropagation" => "rootfsPropagation",
            "selinuxlabel" => "selinuxLabel",
            "startcontainer" => "startContainer",
            "throttlereadbpsdevice" => "throttleReadBpsDevice",
            "throttlereadiopsdevice" => "throttleReadIOPSDevice",
            "throttlewritebpsdevice" => "throttleWriteBpsDevice",
            "throttlewriteiopsdevice" => "throttleWriteIOPSDevice",
            "timeoffsets" => "timeOffsets",
            "uidmappings" => "uidMappings",
            "usehierarchy" => "useHierarchy",
            "valuetwo" => "valueTwo",
            "weightdevice" => "weightDevice",
            _ => lower,
        };
        return known == name ? null : known;
    }
}
