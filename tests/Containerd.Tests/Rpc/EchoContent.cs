using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Content.V1;
using ContentApi = Wharf.ContainerdApi.Content.V1.Content;

namespace Wharf.Containerd.Tests.Rpc;

/// <summary>A service of the four kinds of conversation that the tests need, on the content service's messages.</summary>
internal sealed class EchoContent : ContentApi.ContentBase
{
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        switch (request.Digest)
        {
            case "fail":
                throw new ContainerdException(ErrorKind.NotFound, "no \"blob\":\n50% of größe 😀");
            case "defect":
                throw new InvalidOperationException("a defect");
            case "wait":
                Waiting.TrySetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
                catch (OperationCanceledException)
                {
                    Cancelled.TrySetResult();
                    throw;
                }

                break;
        }

        return new InfoResponse { Info = new Info { Digest = request.Digest, Labels = { ["namespace"] = context.RequestHeaders.GetValue("containerd-namespace") ?? "" } } };
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        for (long offset = 0; offset < request.Offset; offset++)
        {
            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = ByteString.CopyFrom(new byte[request.Size]) }, context.CancellationToken);
        }

        if (request.Digest == "fail")
        {
            throw new ContainerdException(ErrorKind.OutOfRange, "after all of it");
        }
    }

    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            WriteContentRequest request = requestStream.Current;
            if (request.Ref == "fail")
            {
                throw new ContainerdException(ErrorKind.Unavailable, "ref fail locked");
            }

            await responseStream.WriteAsync(new WriteContentResponse { Offset = request.Offset + request.Data.Length }, context.CancellationToken);
        }
    }
}
