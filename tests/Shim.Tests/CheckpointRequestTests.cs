using Wharf.Ttrpc;

namespace Wharf.Shim.Tests;

/// <summary>containerd.runc.v1.CheckpointOptions as flags of the runtime.</summary>
public sealed class CheckpointRequestTests
{
    [Fact]
    public void Without_options_the_container_goes_on()
    {
        Assert.Equal(["--image-path", "/image", "--leave-running"], CheckpointRequest.Decode("/image", []).Flags());
    }

    [Fact]
    public void Each_option_is_its_flag()
    {
        byte[] options = new ProtoWriter()
            .Flag(1, true).Flag(2, true).Flag(3, true).Flag(4, true).Flag(5, true).Text(6, "network").Text(7, "soft").Text(8, "/image").Text(9, "/work").Text(10, "../parent")
            .ToArray();

        CheckpointRequest request = CheckpointRequest.Decode("/image", options);

        Assert.Equal(
            [
                "--image-path", "/image", "--tcp-established", "--ext-unix-sk", "--shell-job", "--file-locks", "--empty-ns", "network",
                "--manage-cgroups-mode", "soft", "--parent-path", "../parent",
            ],
            request.Flags());
        Assert.True(request.Exit);
        Assert.Equal("/work", request.WorkPath);
    }
}
