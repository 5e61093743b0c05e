namespace Wharf.Ttrpc.Tests;

public sealed class TtrpcRequestTests
{
    [Fact]
    public void What_the_caller_says_of_a_call_goes_with_it()
    {
        var request = new TtrpcRequest("service", "Method", [1, 2, 3], 5_000) { Metadata = [new("traceparent", "00-a-b-01"), new("containerd-namespace-ttrpc", "ns")] };

        TtrpcRequest read = TtrpcRequest.Decode(request.Frame(1).AsSpan(10));

        Assert.Equal(("service", "Method", 5_000L), (read.Service, read.Method, read.TimeoutNanoseconds));
        Assert.Equal([1, 2, 3], read.Payload);
        Assert.Equal(request.Metadata, read.Metadata);
    }
}
