import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URL;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.jws.WebMethod;
import javax.jws.WebParam;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Service;
import javax.xml.ws.soap.SOAPFaultException;

/** Stubs of JAX-WS. Usage: java Jaxws CLASS-OF-PORT CLASS-OF-SERVICE PLAN */
class Jaxws extends Player {
    private final Class<?> type;
    private final BindingProvider port;

    Jaxws(String port, String service, String plan) throws Exception {
        super(plan);
        type = Class.forName(port);
        URL wsdl = new URL("file:" + text("wsdl"));
        this.port = (BindingProvider) ((Service) Class.forName(service).getConstructor(URL.class).newInstance(wsdl)).getPort(type);
        this.port.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, text("address"));
    }

    public static void main(String[] args) throws Exception {
        new Jaxws(args[0], args[1], args[2]).play();
    }

    @Override
    Object call(String operation, Map<String, JsonElement> parts, String[] basic) throws Exception {
        port.getRequestContext().put(BindingProvider.USERNAME_PROPERTY, basic == null ? null : basic[0]);
        port.getRequestContext().put(BindingProvider.PASSWORD_PROPERTY, basic == null ? null : basic[1]);
        for (Method method : type.getMethods()) {
            WebMethod named = method.getAnnotation(WebMethod.class);
            String name = named == null || named.operationName().isEmpty() ? method.getName() : named.operationName();
            if (!name.equals(operation)) {
                continue;
            }
            List<Object> args = new ArrayList<>();
            for (Parameter parameter : method.getParameters()) {
                JsonElement value = parts.get(parameter.getAnnotation(WebParam.class).name());
                args.add(value == null ? null : value(value, parameter.getParameterizedType()));
            }
            try {
                return method.invoke(port, args.toArray());
            } catch (InvocationTargetException why) {
                Throwable cause = why.getCause();
                if (cause instanceof SOAPFaultException) {
                    throw new Failure(((SOAPFaultException) cause).getFault().getFaultString());
                }
                // A fault that the WSDL declares is a class of its own.
                if (cause.getClass().getPackage().equals(type.getPackage())) {
                    throw new Failure(cause.getMessage());
                }
                throw cause instanceof Exception ? (Exception) cause : why;
            }
        }
        throw new NoSuchMethodException(operation);
    }

    private static Object value(JsonElement value, Type type) throws Exception {
        if (value.isJsonNull()) {
            return null;
        }
        if (type instanceof ParameterizedType) {
            List<Object> items = new ArrayList<>();
            for (JsonElement item : value.getAsJsonArray()) {
                items.add(value(item, ((ParameterizedType) type).getActualTypeArguments()[0]));
            }
            return items;
        }
        Object scalar = value.isJsonPrimitive() ? scalar(value, (Class<?>) type) : null;
        if (scalar != null) {
            return scalar;
        }
        Object bean = ((Class<?>) type).getConstructor().newInstance();
        JsonObject fields = new JsonObject();
        if (value.isJsonArray()) {
            fields.add("item", value);
        } else {
            fields = value.getAsJsonObject();
        }
        for (Map.Entry<String, JsonElement> field : fields.entrySet()) {
            Field own = declared((Class<?>) type).get(field.getKey());
            own.set(bean, value(field.getValue(), own.getGenericType()));
        }
        return bean;
    }

    @Override
    Map<String, Object> fields(Object bean) throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<String, Field> field : declared(bean.getClass()).entrySet()) {
            fields.put(field.getKey(), field.getValue().get(bean));
        }
        return fields;
    }

    /** The fields of a class by the names that they have in XML. */
    private static Map<String, Field> declared(Class<?> type) {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Field field : type.getDeclaredFields()) {
            XmlElement named = field.getAnnotation(XmlElement.class);
            field.setAccessible(true);
            fields.put(named == null || named.name().equals("##default") ? field.getName() : named.name(), field);
        }
        return fields;
    }
}
