// One call through a proxy of gSOAP. Usage: play OPERATION REQUEST.xml ADDRESS [USER PASSWORD]. Reads the request into the typed class of
// the operation, calls, and writes the typed answer as XML, or `FAULT` and its text. PROXY and CALLS are defined before this.
#include <cstring>
#include <fstream>
#include <iostream>

template <class Request, class Answer>
static int play(char **args, int count, int (*read)(struct soap *, Request *), int (PROXY::*method)(const char *, const char *, Request *, Answer &),
                int (*write)(struct soap *, Answer *)) {
    std::ifstream in(args[2]);
    struct soap *reader = soap_new1(SOAP_C_UTFSTRING);
    soap_set_namespaces(reader, namespaces);
    reader->is = &in;
    Request request;
    request.soap_default(reader);
    if (read(reader, &request)) {
        soap_stream_fault(reader, std::cerr);
        return 1;
    }
    PROXY proxy;
    soap_set_mode(proxy.soap, SOAP_C_UTFSTRING);
    if (count > 5) {
        proxy.soap->userid = args[4];
        proxy.soap->passwd = args[5];
    }
    Answer answer;
    answer.soap_default(proxy.soap);
    if ((proxy.*method)(args[3], NULL, &request, answer)) {
        if (proxy.soap->fault && proxy.soap->fault->faultstring) {
            std::cout << "FAULT " << proxy.soap->fault->faultstring << std::endl;
            return 0;
        }
        proxy.soap_stream_fault(std::cerr);
        return 1;
    }
    struct soap *writer = soap_new1(SOAP_C_UTFSTRING);
    soap_set_namespaces(writer, namespaces);
    writer->os = &std::cout;
    write(writer, &answer);
    std::cout << std::endl;
    return 0;
}

#define CALL(operation, method, request, answer)                                                                  \
    if (!std::strcmp(args[1], #operation)) {                                                                      \
        return play<request, answer>(                                                                             \
            args, count, [](struct soap *soap, request *value) { return soap_read_##request(soap, value); },      \
            &PROXY::method, [](struct soap *soap, answer *value) { return soap_write_##answer(soap, value); });   \
    }

int main(int count, char **args) {
    CALLS
    std::cerr << "there is no operation " << args[1] << std::endl;
    return 1;
}
