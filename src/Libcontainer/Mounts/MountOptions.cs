using Wharf.Linux;

namespace Wharf.Libcontainer.Mounts;

/// <summary>The options of a spec mount, sorted by what they concern: config.md, "Linux mount options".</summary>
internal sealed record MountOptions(
    bool Bind,
    bool Recursive,
    bool Remount,
    MountAttributes Set,
    MountAttributes Clear,
    MountAttributes RecursiveSet,
    MountAttributes RecursiveClear,
    IReadOnlyList<MountFlags> Propagation,
    bool CopyUp,
    bool IdMapped,
    bool IdMapRecursive,
    IReadOnlyList<string> Data)
{
    private static readonly Dictionary<string, (MountAttributes Bit, bool Clear)> Attributes = new()
    {
        ["ro"] = (MountAttributes.ReadOnly, false),
        ["rw"] = (MountAttributes.ReadOnly, true),
        ["nosuid"] = (MountAttributes.NoSuid, false),
        ["suid"] = (MountAttributes.NoSuid, true),
        ["nodev"] = (MountAttributes.NoDev, false),
        ["dev"] = (MountAttributes.NoDev, true),
        ["noexec"] = (MountAttributes.NoExec, false),
        ["exec"] = (MountAttributes.NoExec, true),
        ["noatime"] = (MountAttributes.NoAtime, false),
        ["atime"] = (MountAttributes.NoAtime, true),
        ["nodiratime"] = (MountAttributes.NoDirAtime, false),
        ["diratime"] = (MountAttributes.NoDirAtime, true),
        ["relatime"] = (MountAttributes.AtimeMask, true),
        ["norelatime"] = (MountAttributes.AtimeMask, true),
        ["strictatime"] = (MountAttributes.StrictAtime, false),
        ["nostrictatime"] = (MountAttributes.StrictAtime, true),
        ["nosymfollow"] = (MountAttributes.NoSymFollow, false),
        ["symfollow"] = (MountAttributes.NoSymFollow, true),
    };

    private static readonly Dictionary<string, MountFlags> Propagations = new()
    {
        ["private"] = MountFlags.Private,
        ["rprivate"] = MountFlags.Private | MountFlags.Recursive,
        ["slave"] = MountFlags.Slave,
        ["rslave"] = MountFlags.Slave | MountFlags.Recursive,
        ["shared"] = MountFlags.Shared,
        ["rshared"] = MountFlags.Shared | MountFlags.Recursive,
        ["unbindable"] = MountFlags.Unbindable,
        ["runbindable"] = MountFlags.Unbindable | MountFlags.Recursive,
    };

    // Of the filesystem, set by fsconfig(2), or without a meaning any more.
    private static readonly string[] Others =
    [
        "async", "bind", "defaults", "dirsync", "idmap", "lazytime", "loud", "mand", "nolazytime", "nomand", "rbind", "remount", "ridmap", "silent",
        "sync", "tmpcopyup",
    ];

    /// <summary>Every option that has a meaning here; what is none of them goes to the filesystem.</summary>
    internal static IEnumerable<string> Names => [.. Attributes.Keys, .. Attributes.Keys.Select(name => "r" + name), .. Propagations.Keys, .. Others];

    internal static MountOptions Parse(IReadOnlyList<string>? options)
    {
        bool bind = false, recursive = false, remount = false, copyUp = false, idMapped = false, idMapRecursive = false;
        MountAttributes set = 0, clear = 0, recursiveSet = 0, recursiveClear = 0;
        var propagation = new List<MountFlags>();
        var data = new List<string>();
        foreach (string option in options ?? [])
        {
            if (Attributes.TryGetValue(option, out (MountAttributes Bit, bool Clear) attribute))
            {
                Apply(attribute, ref set, ref clear);
            }
            else if (option.StartsWith('r') && Attributes.TryGetValue(option[1..], out attribute))
            {
                Apply(attribute, ref recursiveSet, ref recursiveClear);
            }
            else if (Propagations.TryGetValue(option, out MountFlags flags))
            {
                propagation.Add(flags);
            }
            else
            {
                switch (option)
                {
                    case "bind": bind = true; break;
                    case "rbind": bind = recursive = true; break;
                    case "remount": remount = true; break;
                    case "tmpcopyup": copyUp = true; break;
                    case "idmap": idMapped = true; break;
                    case "ridmap": idMapped = idMapRecursive = true; break;
                    case "defaults" or "async" or "nomand" or "loud" or "silent": break;
                    default: data.Add(option); break;
                }
            }
        }

        return new MountOptions(bind, recursive, remount, set, clear, recursiveSet, recursiveClear, propagation, copyUp, idMapped, idMapRecursive, data);
    }

    private static void Apply((MountAttributes Bit, bool Clear) attribute, ref MountAttributes set, ref MountAttributes clear)
    {
        // The access time modes are one field: setting one clears the others.
        bool time = (attribute.Bit & MountAttributes.AtimeMask) != 0;
        if (attribute.Clear)
        {
            clear |= time ? MountAttributes.AtimeMask : attribute.Bit;
            set &= ~attribute.Bit;
        }
        else
        {
            set = time ? (set & ~MountAttributes.AtimeMask) | attribute.Bit : set | attribute.Bit;
            clear = time ? clear | MountAttributes.AtimeMask : clear & ~attribute.Bit;
        }
    }
}
