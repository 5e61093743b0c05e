using Wharf.Linux;

namespace Wharf.Libcontainer.Mounts;

/// <summary>The options of a spec mount, sorted by what they concern: config.md, "Linux mount options".</summary>
internal sealed record MountOptions(
    bool Bind,
    bool Recursive,
    bool Remount,
    MountFlags Set,
    MountFlags Cleared,
    MountAttributes RecursiveSet,
    MountAttributes RecursiveClear,
    IReadOnlyList<MountFlags> Propagation,
    bool CopyUp,
    bool IdMapped,
    bool IdMapRecursive,
    IReadOnlyList<string> Data)
{
    private static readonly Dictionary<string, (MountFlags Flag, bool Clear)> Flags = new()
    {
        ["ro"] = (MountFlags.ReadOnly, false),
        ["rw"] = (MountFlags.ReadOnly, true),
        ["nosuid"] = (MountFlags.NoSuid, false),
        ["suid"] = (MountFlags.NoSuid, true),
        ["nodev"] = (MountFlags.NoDev, false),
        ["dev"] = (MountFlags.NoDev, true),
        ["noexec"] = (MountFlags.NoExec, false),
        ["exec"] = (MountFlags.NoExec, true),
        ["noatime"] = (MountFlags.NoAtime, false),
        ["atime"] = (MountFlags.NoAtime, true),
        ["nodiratime"] = (MountFlags.NoDirAtime, false),
        ["diratime"] = (MountFlags.NoDirAtime, true),
        ["relatime"] = (MountFlags.RelativeAtime, false),
        ["norelatime"] = (MountFlags.RelativeAtime, true),
        ["strictatime"] = (MountFlags.StrictAtime, false),
        ["nostrictatime"] = (MountFlags.StrictAtime, true),
        ["nosymfollow"] = (MountFlags.NoSymFollow, false),
        ["symfollow"] = (MountFlags.NoSymFollow, true),
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

    private static readonly (MountFlags Flag, MountAttributes Bit)[] PlainAttributes =
    [
        (MountFlags.ReadOnly, MountAttributes.ReadOnly), (MountFlags.NoSuid, MountAttributes.NoSuid), (MountFlags.NoDev, MountAttributes.NoDev),
        (MountFlags.NoExec, MountAttributes.NoExec), (MountFlags.NoDirAtime, MountAttributes.NoDirAtime), (MountFlags.NoSymFollow, MountAttributes.NoSymFollow),
    ];

    // Of the filesystem, set by fsconfig(2), or without a meaning any more.
    private static readonly string[] Others =
    [
        "async", "bind", "defaults", "dirsync", "idmap", "lazytime", "loud", "mand", "nolazytime", "nomand", "rbind", "remount", "ridmap", "silent",
        "sync", "tmpcopyup",
    ];

    /// <summary>Every option that has a meaning here; what is none of them goes to the filesystem.</summary>
    internal static IEnumerable<string> Names => [.. Flags.Keys, .. Flags.Keys.Select(name => "r" + name), .. Propagations.Keys, .. Others];

    internal static MountOptions Parse(IReadOnlyList<string>? options)
    {
        bool bind = false, recursive = false, remount = false, copyUp = false, idMapped = false, idMapRecursive = false;
        MountFlags set = 0, cleared = 0;
        MountAttributes recursiveSet = 0, recursiveClear = 0;
        var propagation = new List<MountFlags>();
        var data = new List<string>();
        foreach (string option in options ?? [])
        {
            if (Flags.TryGetValue(option, out (MountFlags Flag, bool Clear) known))
            {
                set = known.Clear ? set & ~known.Flag : set | known.Flag;
                cleared = known.Clear ? cleared | known.Flag : cleared & ~known.Flag;
            }
            else if (option.StartsWith('r') && Flags.TryGetValue(option[1..], out known))
            {
                ApplyRecursive(known.Flag, known.Clear, ref recursiveSet, ref recursiveClear);
            }
            else if (Propagations.TryGetValue(option, out MountFlags propagates))
            {
                propagation.Add(propagates);
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

        return new MountOptions(bind, recursive, remount, set, cleared, recursiveSet, recursiveClear, propagation, copyUp, idMapped, idMapRecursive, data);
    }

    /// <summary>The attributes that mount(2) makes of flags: access times are kept relatively unless something else is said.</summary>
    internal static MountAttributes Attributes(MountFlags flags)
    {
        MountAttributes plain = 0;
        foreach ((MountFlags flag, MountAttributes bit) in PlainAttributes)
        {
            plain |= flags.HasFlag(flag) ? bit : 0;
        }

        return plain | (flags.HasFlag(MountFlags.StrictAtime) ? MountAttributes.StrictAtime : flags.HasFlag(MountFlags.NoAtime) ? MountAttributes.NoAtime : 0);
    }

    private static void ApplyRecursive(MountFlags flag, bool clears, ref MountAttributes set, ref MountAttributes clear)
    {
        MountAttributes bit = Attributes(flag);

        // The access time modes are one field: setting one clears the others.
        bool time = bit is 0 or MountAttributes.NoAtime or MountAttributes.StrictAtime;
        if (clears)
        {
            clear |= time ? MountAttributes.AtimeMask : bit;
            set &= ~bit;
        }
        else
        {
            set = time ? (set & ~MountAttributes.AtimeMask) | bit : set | bit;
            clear = time ? clear | MountAttributes.AtimeMask : clear & ~bit;
        }
    }
}
