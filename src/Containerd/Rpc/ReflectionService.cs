using Grpc.Core;
using Wharf.ContainerdApi.Reflection.V1;

namespace Wharf.Containerd.Rpc;

/// <summary>What this daemon offers, as gRPC's tools ask for it.</summary>
internal sealed class ReflectionService(ServiceFiles files) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(Answer(requestStream.Current), context.CancellationToken).ConfigureAwait(false);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse { Service = { ServiceFiles.Names.Select(name => new ServiceResponse { Name = name }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename when files.Named(request.FileByFilename) is { } found:
                response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { found } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol when files.Containing(request.FileContainingSymbol) is { } found:
                response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { found } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.None:
                response.ErrorResponse = new ErrorResponse { ErrorCode = (int)StatusCode.InvalidArgument, ErrorMessage = "reflection: no question" };
                break;
            default:
                // proto3 has no extensions, so those questions are answered here too.
                response.ErrorResponse = new ErrorResponse { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = $"reflection: {request.MessageRequestCase} \"{request.FileByFilename}{request.FileContainingSymbol}\": not found" };
                break;
        }

        return response;
    }
}
