namespace Wharf.Containerd;

/// <summary>What --help prints.</summary>
internal static class Usage
{
    public const string Text = """
        wharf-containerd: content, snapshots, images, containers and tasks, over gRPC

        USAGE:
           wharf-containerd [flags] [config default | config dump | config migrate]

        FLAGS:
           --address, -a    socket of the gRPC API (its ttrpc socket is beside it, ".ttrpc")
           --root           what outlives a reboot
           --state          what does not
           --config, -c     configuration file
           --log-level, -l  trace, debug, info, warn, error, fatal, panic
           --version, -v    print the version
           --help, -h       print this
        """;
}
